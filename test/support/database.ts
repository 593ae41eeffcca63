import { randomBytes } from 'node:crypto';
import { escapeIdentifier } from 'pg';
import { inject } from 'vitest';
import { siblingUrl, withClient } from '../../src/infrastructure/database/migrate.js';

/** What the global set-up tells the test files. */
export interface TestRun {
  /** The names of all databases of the run begin with it. */
  name: string;
  /** A database of the server that is there to run CREATE DATABASE from. */
  url: string;
  templates: { main: string; analytics: string };
  /** Folder for data directories; a server that is left there ends with the run, or with the next one after a crash. */
  directory: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    testRun: TestRun;
  }
}

export interface TestDatabases {
  mainUrl: string;
  analyticsUrl: string;
  drop(): Promise<void>;
}

/** Two migrated databases for one test file alone. Those that are not dropped end with the run. */
export async function createTestDatabases(): Promise<TestDatabases> {
  const { name, url, templates } = inject('testRun');
  const id = randomBytes(4).toString('hex');
  const main = `${name}_${id}_main`;
  const analytics = `${name}_${id}_analytics`;
  await withClient(url, async (client) => {
    await client.query(`create database ${escapeIdentifier(main)} template ${escapeIdentifier(templates.main)}`);
    await client.query(
      `create database ${escapeIdentifier(analytics)} template ${escapeIdentifier(templates.analytics)}`,
    );
  });
  return {
    mainUrl: siblingUrl(url, main),
    analyticsUrl: siblingUrl(url, analytics),
    drop: () => dropDatabases(url, [main, analytics]),
  };
}

/** Drops databases whoever is still connected. */
export async function dropDatabases(url: string, names: string[]): Promise<void> {
  await withClient(url, async (client) => {
    for (const name of names) await client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`);
  });
}
