import { setTimeout as delay } from 'node:timers/promises';
import { Client, DatabaseError, escapeIdentifier } from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import type { Logger } from '../logger.js';

/** Key of the advisory lock, the same for every version of the application. */
const MIGRATION_LOCK = 7_246_373;
const LOCK_RETRY = 100;
const CONNECT_LIMIT = 10_000;

const INVALID_CATALOG_NAME = '3D000';
const DUPLICATE_DATABASE = '42P04';
const UNIQUE_VIOLATION = '23505';

/**
 * Makes the database of `url` if it is missing.
 *
 * @throws Error that names the server when it cannot be reached or refuses to make the database
 */
export async function createDatabase(url: string): Promise<void> {
  try {
    if (await databaseExists(url)) return;
    const name = decodeURIComponent(new URL(url).pathname.slice(1));
    await withClient(siblingUrl(url, 'postgres'), async (client) => {
      await client.query(`create database ${escapeIdentifier(name)} template template0 encoding 'UTF8'`);
    });
  } catch (error) {
    // Another instance that starts at the same time was faster.
    if (hasCode(error, DUPLICATE_DATABASE) || hasCode(error, UNIQUE_VIOLATION)) return;
    throw new Error(`The database ${describe(url)} cannot be opened or made: ${reason(error)}`, { cause: error });
  }
}

/** Runs the migrations that the database has not seen. Of several instances that start at once, one works and the others wait. */
export async function migrate(
  url: string,
  migrations: Array<new () => MigrationInterface>,
  logger: Logger,
): Promise<void> {
  await withClient(url, async (client) => {
    await lock(client);
    const source = new DataSource({ type: 'postgres', url, migrations, installExtensions: false });
    await source.initialize();
    try {
      for (const { name } of await source.runMigrations({ transaction: 'each' }))
        logger.info({ migration: name }, 'migrated');
    } finally {
      await source.destroy();
    }
  });
}

/** URL of another database on the same server. */
export function siblingUrl(url: string, database: string): string {
  const sibling = new URL(url);
  sibling.pathname = `/${encodeURIComponent(database)}`;
  return sibling.href;
}

/** Runs `work` on a connection of its own, outside every pool. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_LIMIT });
  // A lost connection fails the statement at hand; the event beside it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Asks again instead of waiting inside a statement, whose snapshot would hold up a CREATE INDEX CONCURRENTLY of the holder. */
async function lock(client: Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
      MIGRATION_LOCK,
    ]);
    if (rows[0]?.locked) return;
    await delay(LOCK_RETRY);
  }
}

async function databaseExists(url: string): Promise<boolean> {
  try {
    await withClient(url, async () => undefined);
    return true;
  } catch (error) {
    if (hasCode(error, INVALID_CATALOG_NAME)) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof DatabaseError && error.code === code;
}

/** Host, port and name, without the credentials. */
function describe(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${pathname.slice(1)} at ${hostname}:${port || 5432}`;
}

/** A refused connection to several addresses of a host comes as one error without a text. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join(', ');
  return error instanceof Error ? error.message : String(error);
}
