import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { analyticsMigrations } from '../../migrations/analytics/index.js';
import { mainMigrations } from '../../migrations/main/index.js';
import { createDatabase, migrate, siblingUrl } from '../../src/infrastructure/database/migrate.js';
import { joinServer, openRunDirectory, startServer } from './test-server.js';

/**
 * Runs once before all test files: a PostgreSQL server with a migrated template for each of the two databases. It is the
 * server of TEST_DATABASE_URL if given, where the role must be allowed to make databases, else an embedded one.
 */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const run = `biore_test_${randomBytes(4).toString('hex')}`;
  const { directory, remove } = await openRunDirectory(run);
  const shared = process.env.TEST_DATABASE_URL;
  const { url, leave } = shared ? await joinServer(shared, run) : await startServer(join(directory, 'server'));
  const tearDown = async () => {
    await leave();
    remove();
  };
  try {
    const templates = { main: `${run}_template_main`, analytics: `${run}_template_analytics` };
    await makeTemplate(siblingUrl(url, templates.main), mainMigrations);
    await makeTemplate(siblingUrl(url, templates.analytics), analyticsMigrations);
    project.provide('testRun', { name: run, url, templates, directory });
    return tearDown;
  } catch (error) {
    await tearDown();
    throw error;
  }
}

async function makeTemplate(url: string, migrations: typeof mainMigrations): Promise<void> {
  await createDatabase(url);
  await migrate(url, migrations, pino({ level: 'silent' }));
}
