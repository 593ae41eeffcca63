import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { analyticsMigrations } from '../../migrations/analytics/index.js';
import { mainMigrations } from '../../migrations/main/index.js';
import { createDatabase, migrate, siblingUrl } from '../../src/infrastructure/database/migrate.js';
import { joinServer, startServer } from './test-server.js';

/**
 * Runs once before all test files: a PostgreSQL server with a migrated template for each of the two databases. It is the
 * server of TEST_DATABASE_URL if given, where the role must be allowed to make databases, else an embedded one.
 */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const run = `biore_test_${randomBytes(4).toString('hex')}`;
  const shared = process.env.TEST_DATABASE_URL;
  const { url, leave } = shared ? await joinServer(shared, run) : await startServer(run);
  try {
    const templates = { main: `${run}_template_main`, analytics: `${run}_template_analytics` };
    for (const [name, migrations] of [
      [templates.main, mainMigrations],
      [templates.analytics, analyticsMigrations],
    ] as const) {
      await createDatabase(siblingUrl(url, name));
      await migrate(siblingUrl(url, name), migrations, pino({ level: 'silent' }));
    }
    project.provide('testServer', { url, run, templates });
    return leave;
  } catch (error) {
    await leave();
    throw error;
  }
}
