import { DataSource, type MigrationInterface } from 'typeorm';
import { analyticsMigrations } from '../../../migrations/analytics/index.js';
import { mainMigrations } from '../../../migrations/main/index.js';
import { analyticsEntities, entities } from '../../entities/index.js';
import type { Logger } from '../logger.js';
import { createDatabase, migrate } from './migrate.js';

export interface DatabasesOptions {
  mainUrl: string;
  analyticsUrl: string;
  logger: Logger;
  /** Connections that this process opens to each of the two databases at most. */
  poolSize?: number;
  /** Milliseconds after which the server gives a statement up. */
  statementTimeout?: number;
  /** Milliseconds to wait for a free connection. */
  connectionTimeout?: number;
}

export interface Databases {
  main: DataSource;
  analytics: DataSource;
  close(): Promise<void>;
}

/** Names of the databases where no URL names them. */
export const databaseNames = { main: 'biore', analytics: 'biore_analytics' };

/**
 * Opens both databases, made and migrated to the present version if need be. Any number of instances may do so at once.
 *
 * 64-bit integers come as strings from raw queries, since they may be larger than a JavaScript number can tell apart.
 *
 * @throws Error that names the database when it cannot be reached, made or migrated
 */
export async function openDatabases(options: DatabasesOptions): Promise<Databases> {
  const main = await open(options.mainUrl, mainMigrations, entities, options);
  try {
    const analytics = await open(options.analyticsUrl, analyticsMigrations, analyticsEntities, options);
    return { main, analytics, close: async () => void (await Promise.all([main.destroy(), analytics.destroy()])) };
  } catch (error) {
    await main.destroy();
    throw error;
  }
}

async function open(
  url: string,
  migrations: Array<new () => MigrationInterface>,
  classes: Array<new () => object>,
  { logger, poolSize = 10, statementTimeout = 30_000, connectionTimeout = 5_000 }: DatabasesOptions,
): Promise<DataSource> {
  await createDatabase(url);
  await migrate(url, migrations, logger);
  const source: DataSource = new DataSource({
    type: 'postgres',
    url,
    entities: classes,
    synchronize: false,
    installExtensions: false,
    applicationName: 'bio.re',
    poolSize,
    connectTimeoutMS: connectionTimeout,
    poolErrorHandler: (error: Error) => {
      // The message alone: the error drags its whole client along. Connections that end with the source are none lost.
      if (source.isInitialized) logger.warn({ reason: error.message }, 'an idle database connection was lost');
    },
    extra: {
      statement_timeout: statementTimeout,
      // A day starts at midnight UTC for every date_trunc, whatever the server's own zone.
      options: '-c timezone=UTC',
    },
  });
  return source.initialize();
}
