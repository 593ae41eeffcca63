import { DataSource } from 'typeorm';
import { analyticsMigrations } from './migrations/analytics/index.js';
import { mainMigrations } from './migrations/main/index.js';
import { analyticsEntities, entities } from './src/entities/index.js';
import { databaseNames } from './src/infrastructure/database/databases.js';
import { runningPostgresUrl } from './src/infrastructure/database/embedded-postgres.js';
import { loadEnv } from './src/infrastructure/env.js';

const env = loadEnv(process.env);

const main = {
  url: env.DATABASE_URL ?? runningPostgresUrl(env.dataDir, databaseNames.main),
  entities,
  migrations: mainMigrations,
};
const analytics = {
  url: env.ANALYTICS_DATABASE_URL ?? runningPostgresUrl(env.dataDir, databaseNames.analytics),
  entities: analyticsEntities,
  migrations: analyticsMigrations,
};
const chosen = process.env.DATABASE === 'analytics' ? analytics : main;
if (!chosen.url) throw new Error('Set DATABASE_URL or ANALYTICS_DATABASE_URL, or run npm start beside this command.');

/**
 * The data source of TypeORM's command line, which takes one at a time: `npm run typeorm -- migration:show` works on the
 * main database, with DATABASE=analytics before it on the other. Without a URL in the environment it reaches the embedded
 * server of a running `npm start`.
 */
export default new DataSource({ type: 'postgres', installExtensions: false, ...chosen });
