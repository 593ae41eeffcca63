import type { MigrationInterface } from 'typeorm';

/**
 * Every migration of the main database. They run in the order of the timestamp that ends the class name, whatever their
 * order here; once released, a migration is never edited.
 */
export const mainMigrations: Array<new () => MigrationInterface> = [
];
