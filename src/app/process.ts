import { AccountSeeder } from '../demo/account-seeder.js';
import { systemClock } from '../infrastructure/clock.js';
import { databaseNames, openDatabases } from '../infrastructure/database/databases.js';
import { startEmbeddedPostgres } from '../infrastructure/database/embedded-postgres.js';
import { InvalidEnvironment, loadEnv, type Env } from '../infrastructure/env.js';
import { createLogger, type Logger } from '../infrastructure/logger.js';
import { createApp, type App } from '../app.js';

/** A process of the product: its app, and how to end everything it started. */
export interface RunningProcess {
  env: Env;
  logger: Logger;
  app: App;
  stop(): Promise<void>;
}

/** Reads the environment, opens the databases (embedded ones without configuration) and starts the app. */
export async function startProcess(overrides: NodeJS.ProcessEnv = {}): Promise<RunningProcess> {
  const env = loadEnv({ ...process.env, ...overrides });
  const logger = createLogger({ level: env.LOG_LEVEL, pretty: !env.production && process.stdout.isTTY });
  const embedded = env.DATABASE_URL && env.ANALYTICS_DATABASE_URL ? null : await startEmbeddedPostgres({ dataDir: env.dataDir, logger });
  const mainUrl = env.DATABASE_URL ?? embedded!.url(databaseNames.main);
  const analyticsUrl = env.ANALYTICS_DATABASE_URL ?? embedded!.url(databaseNames.analytics);
  const databases = await openDatabases({ mainUrl, analyticsUrl, logger });
  const app = await createApp({ env, logger, clock: systemClock, mainUrl, ...databases });
  await app.start();
  await seedAccounts(env, logger, app);
  return {
    env,
    logger,
    app,
    stop: async () => {
      await app.stop();
      await databases.close();
      await embedded?.stop();
    },
  };
}

/** The first staff account anywhere, and demo accounts in an empty database outside production. */
async function seedAccounts(env: Env, logger: Logger, { services, infrastructure }: App): Promise<void> {
  const seeder = new AccountSeeder(infrastructure.database, services.passwords, services.registrations, systemClock);
  if (env.ADMIN_EMAIL && env.ADMIN_PASSWORD && (await seeder.createFirstAdmin(env.ADMIN_EMAIL, env.ADMIN_PASSWORD))) {
    logger.info('the first SUPER_ADMIN was made');
  }
  if (!env.production && env.DEMO && (await seeder.createDemoAccounts())) logger.info('demo accounts were made');
}

/** Runs `start` and ends the process cleanly on SIGTERM and Ctrl-C; an unusable environment is told in plain words. */
export async function runUntilStopped(start: () => Promise<RunningProcess>): Promise<void> {
  try {
    const running = await start();
    const stop = () => {
      running.logger.info('stopping');
      running.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          running.logger.error({ err: error }, 'the stop failed');
          process.exit(1);
        },
      );
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  } catch (error) {
    process.stderr.write(`${error instanceof InvalidEnvironment ? error.message : (error as Error).stack}\n`);
    process.exit(1);
  }
}
