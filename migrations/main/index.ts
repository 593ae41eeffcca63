import type { MigrationInterface } from 'typeorm';
import { Identity20261125000100 } from './20261125000100-identity.js';
import { Authentication20261125000101 } from './20261125000101-authentication.js';
import { Administration20261125000102 } from './20261125000102-administration.js';
import { ReservedUsernames20261125000103 } from './20261125000103-reserved-usernames.js';
import { Providers20261125000200 } from './20261125000200-providers.js';
import { Jobs20261125000300 } from './20261125000300-jobs.js';

/**
 * Every migration of the main database. They run in the order of the timestamp that ends the class name, whatever their
 * order here; once released, a migration is never edited.
 */
export const mainMigrations: Array<new () => MigrationInterface> = [
  Identity20261125000100,
  Authentication20261125000101,
  Administration20261125000102,
  ReservedUsernames20261125000103,
  Providers20261125000200,
  Jobs20261125000300,
];
