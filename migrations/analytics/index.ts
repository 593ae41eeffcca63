import type { MigrationInterface } from 'typeorm';

/** Every migration of the analytics database; the same rules as for the main one. */
export const analyticsMigrations: Array<new () => MigrationInterface> = [
];
