import { randomBytes } from 'node:crypto';
import { escapeIdentifier } from 'pg';
import { inject } from 'vitest';
import { siblingUrl, withClient } from '../../src/infrastructure/database/migrate.js';

/** What the global set-up tells the test files about the server. */
export interface TestServer {
  /** A database of the server that is there to run CREATE DATABASE from. */
  url: string;
  /** Name of the run, with which the names of all its databases begin. */
  run: string;
  templates: { main: string; analytics: string };
}

declare module 'vitest' {
  interface ProvidedContext {
    testServer: TestServer;
  }
}

export interface TestDatabases {
  mainUrl: string;
  analyticsUrl: string;
  drop(): Promise<void>;
}

/** Two migrated databases for one test file alone. Those that are not dropped end with the run. */
export async function createTestDatabases(): Promise<TestDatabases> {
  const { url, run, templates } = inject('testServer');
  const id = randomBytes(4).toString('hex');
  const main = `${run}_${id}_main`;
  const analytics = `${run}_${id}_analytics`;
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
