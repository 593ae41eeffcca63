import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  DataDirectoryInUseError,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/infrastructure/database/embedded-postgres.js';
import { withClient } from '../../src/infrastructure/database/migrate.js';

interface Report {
  url?: string;
  error?: string;
}

/** As root the folder is closed to the server's user, like a clone below /root. */
const root = inject('testRun').directory;
const dataDir = join(root, 'kept');
const cluster = join(dataDir, 'postgres');
const lockFile = join(cluster, 'postmaster.pid');
const servers = new Set<EmbeddedPostgres>();
const owners = new Set<ChildProcess>();

async function start(directory = dataDir): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir: directory, logger: pino({ level: 'silent' }), patience: 0 });
  servers.add(server);
  return server;
}

async function stop(server: EmbeddedPostgres): Promise<void> {
  servers.delete(server);
  await server.stop();
}

/** A process that starts the server, in a group of its own: it can get a Ctrl-C that the tests do not. */
function startOwner(directory = dataDir): ChildProcess {
  const execArgv = ['--import', './scripts/typescript.mjs'];
  const owner = fork('test/support/embedded-owner.ts', [directory], { execArgv, detached: true });
  owners.add(owner);
  return owner;
}

async function reportOf(owner: ChildProcess): Promise<Report> {
  const [report] = (await once(owner, 'message')) as [Report];
  return report;
}

async function kill(owner: ChildProcess): Promise<void> {
  owners.delete(owner);
  owner.kill('SIGKILL');
  await once(owner, 'exit');
}

async function query(url: string, sql: string): Promise<unknown[]> {
  return withClient(url, async (client) => (await client.query<Record<string, unknown>>(sql)).rows);
}

async function storedRows(server: EmbeddedPostgres): Promise<unknown[]> {
  return query(server.url('postgres'), 'select name from kept order by name');
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}

const serverPid = () => Number.parseInt(readFileSync(lockFile, 'utf8'));

beforeAll(async () => {
  const server = await start();
  await query(server.url('postgres'), `create table kept (name text); insert into kept values ('first')`);
  await stop(server);
});

afterEach(async () => {
  for (const owner of owners) await kill(owner);
  for (const server of servers) await stop(server);
});

afterAll(async () => {
  // The last owner may have left a server behind.
  await stop(await start());
});

describe('an empty data directory', () => {
  it('gets a UTF-8 server that knows its password', async () => {
    const directory = join(root, 'fresh');
    const url = (await start(directory)).url('postgres');
    expect(await query(url, `select upper('żółw') as upper, current_setting('server_encoding') as encoding`)).toEqual([
      { upper: 'ŻÓŁW', encoding: 'UTF8' },
    ]);
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
    expect(statSync(join(directory, 'postgres/password')).mode & 0o777).toBe(0o600);
  });

  it('is begun anew when the process was killed in the middle of initdb', async () => {
    const directory = join(root, 'killed-in-initdb');
    mkdirSync(directory);
    const files = () => readdirSync(directory, { recursive: true }).map(String);
    const owner = startOwner(directory);
    await until(() => files().some((file) => file.startsWith('postgres.init-') && file.endsWith('PG_VERSION')));
    await kill(owner);
    expect(existsSync(join(directory, 'postgres'))).toBe(false);

    const server = await start(directory);
    expect(await query(server.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(files().some((file) => file.startsWith('postgres.init-'))).toBe(false);
  });
});

describe('the data', () => {
  it('is there after a stop with open connections and a start', async () => {
    const server = await start();
    const client = new Client({ connectionString: server.url('postgres') });
    client.on('error', () => undefined);
    await client.connect();
    await client.query(`insert into kept values ('before the stop')`);
    await client.query(`begin; insert into kept values ('never committed')`);
    await stop(server);

    const names = await storedRows(await start());
    expect(names).toContainEqual({ name: 'before the stop' });
    expect(names).not.toContainEqual({ name: 'never committed' });
  });

  it('outlives its owner, whose server the next start ends', async () => {
    const owner = startOwner();
    const { url = '' } = await reportOf(owner);
    await query(url, `insert into kept values ('before the kill')`);
    await kill(owner);
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);

    const server = await start();
    expect(await storedRows(server)).toContainEqual({ name: 'before the kill' });
    await expect(query(url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('outlives a kill of owner and server together', async () => {
    const owner = startOwner();
    const { url = '' } = await reportOf(owner);
    await query(url, `insert into kept values ('before the crash')`);
    const postmaster = serverPid();
    await kill(owner);
    process.kill(postmaster, 'SIGKILL');

    expect(await storedRows(await start())).toContainEqual({ name: 'before the crash' });
  });

  it('stays reachable for an owner that drains after Ctrl-C', async () => {
    const owner = startOwner();
    const { url = '' } = await reportOf(owner);
    process.kill(-owner.pid!, 'SIGINT');
    expect(await query(url, `select name from kept where name = 'first'`)).toEqual([{ name: 'first' }]);
  });
});

describe('leftovers in the data directory', () => {
  it('do not block: an empty lock file', async () => {
    writeFileSync(lockFile, '');
    expect(await storedRows(await start())).toContainEqual({ name: 'first' });
  });

  it('do not block: a lock file with a pid that another program has by now', async () => {
    const { uid, gid } = statSync(cluster);
    const stranger = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {});
    try {
      await once(stranger, 'spawn');
      writeFileSync(lockFile, `${stranger.pid}\n${cluster}\n1700000000\n5433\n\n127.0.0.1\n 1 1\nready\n`);
      expect(await storedRows(await start())).toContainEqual({ name: 'first' });
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    } finally {
      stranger.kill();
    }
  });

  it('are set aside where they are no database', async () => {
    const directory = join(root, 'incomplete');
    mkdirSync(join(directory, 'postgres'), { recursive: true });
    writeFileSync(join(directory, 'postgres/PG_VERSION'), '18\n');
    const server = await start(directory);
    expect(await query(server.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
    const aside = readdirSync(directory).find((name) => name.startsWith('postgres.incomplete-'));
    expect(readdirSync(join(directory, aside!))).toEqual(['PG_VERSION']);
  });
});

describe('a second owner', () => {
  it('is refused by name of the first, whose server stays', async () => {
    const owner = startOwner();
    const { url = '' } = await reportOf(owner);
    const refusal = await start().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DataDirectoryInUseError);
    expect((refusal as Error).message).toContain(
      `Process ${owner.pid} already runs the embedded PostgreSQL in ${dataDir}`,
    );
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('is refused in the same process too', async () => {
    await start();
    await expect(start()).rejects.toThrow(DataDirectoryInUseError);
  });

  it('is refused to all but one of those that start at once on an abandoned directory', async () => {
    const first = startOwner();
    await reportOf(first);
    await kill(first);

    const reports = await Promise.all([startOwner(), startOwner(), startOwner()].map(reportOf));
    const [url, ...others] = reports.flatMap((report) => report.url ?? []);
    expect(others).toEqual([]);
    expect(await query(url!, `select name from kept where name = 'first'`)).toEqual([{ name: 'first' }]);
    expect(reports.flatMap((report) => report.error ?? [])).toEqual(
      Array(2).fill(expect.stringContaining('already runs the embedded PostgreSQL')),
    );
  });
});
