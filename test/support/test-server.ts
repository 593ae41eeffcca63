import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { pino } from 'pino';
import { Cluster } from '../../src/infrastructure/database/embedded/cluster.js';
import { claimDirectory, ownerOf } from '../../src/infrastructure/database/embedded/directory-claim.js';
import { startEmbeddedPostgres } from '../../src/infrastructure/database/embedded-postgres.js';
import { withClient } from '../../src/infrastructure/database/migrate.js';
import { dropDatabases } from './database.js';

/** The PostgreSQL server of one test run. */
export interface RunServer {
  url: string;
  /** Takes everything of this run away. */
  leave(): Promise<void>;
}

const logger = pino({ level: 'warn' });
const DIRECTORY_PREFIX = `bio-re-test-${process.getuid?.() ?? 'user'}-`;

/** A directory for the databases of this run. Those of runs that crashed are removed with the servers that they left. */
export async function openRunDirectory(run: string): Promise<{ directory: string; remove: () => void }> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(DIRECTORY_PREFIX))) {
    const abandoned = join(tmpdir(), name);
    if (ownerOf(abandoned) === undefined) await discard(abandoned);
  }
  const directory = join(tmpdir(), `${DIRECTORY_PREFIX}${run}`);
  mkdirSync(directory, { mode: 0o700 });
  await claimDirectory(directory, 0);
  return { directory, remove: () => rmSync(directory, { recursive: true }) };
}

async function discard(directory: string): Promise<void> {
  await claimDirectory(directory, 0);
  const dataDirs = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of dataDirs) await new Cluster(join(directory, name)).endOrphans(logger);
  rmSync(directory, { recursive: true });
}

/** An embedded server for this run alone, which need not survive a power cut. */
export async function startServer(dataDir: string): Promise<RunServer> {
  const server = await startEmbeddedPostgres({ dataDir, logger, durable: false });
  return { url: server.url('postgres'), leave: () => server.stop() };
}

/** A server that others may use too. A connection in the name of the run tells them that its databases are in use. */
export async function joinServer(url: string, run: string): Promise<RunServer> {
  const presence = new Client({ connectionString: url, application_name: run });
  await presence.connect();
  await dropDatabases(url, await abandonedDatabases(url));
  const leave = async () => {
    await dropDatabases(url, await databasesOf(url, run));
    await presence.end();
  };
  return { url, leave };
}

async function databasesOf(url: string, run: string): Promise<string[]> {
  return namesFrom(url, 'select datname from pg_database where starts_with(datname, $1)', [run]);
}

async function abandonedDatabases(url: string): Promise<string[]> {
  return namesFrom(
    url,
    `select datname from pg_database where datname ~ '^biore_test_[0-9a-f]{8}_' and not exists
       (select from pg_stat_activity where application_name = left(datname, $1))`,
    ['biore_test_12345678'.length],
  );
}

async function namesFrom(url: string, sql: string, parameters: unknown[]): Promise<string[]> {
  const { rows } = await withClient(url, (client) => client.query<{ datname: string }>(sql, parameters));
  return rows.map((row) => row.datname);
}
