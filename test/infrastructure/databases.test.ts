import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { mainMigrations } from '../../migrations/main/index.js';
import { openDatabases, type Databases } from '../../src/infrastructure/database/databases.js';
import { siblingUrl } from '../../src/infrastructure/database/migrate.js';
import { createTestDatabases, dropDatabases, type TestDatabases } from '../support/database.js';

const logger = pino({ level: 'silent' });

describe('databases that do not exist yet', () => {
  const { url, name: run } = inject('testRun');
  const names = ['main', 'analytics'].map((name) => `${run}_${randomBytes(4).toString('hex')}_${name}`);
  const [mainUrl = '', analyticsUrl = ''] = names.map((name) => siblingUrl(url, name));

  afterAll(() => dropDatabases(url, names));

  it('are made and migrated once by instances that start together', async () => {
    const instances = await Promise.all([1, 2, 3, 4].map(() => openDatabases({ mainUrl, analyticsUrl, logger })));
    const applied = await instances[3]!.main.query<Array<{ name: string }>>('select name from migrations order by id');
    expect(applied.map(({ name }) => name)).toEqual(mainMigrations.map(({ name }) => name).sort(byTimestamp));
    for (const { analytics } of instances) {
      expect(await analytics.query('select current_database() as name')).toEqual([{ name: names[1] }]);
    }
    await Promise.all(instances.map((instance) => instance.close()));
  });

  it('are named in the error of a server that is not there, without the password', async () => {
    const unreachable = 'postgresql://biore:top-secret@127.0.0.1:1/biore_analytics';
    const opening = openDatabases({ mainUrl, analyticsUrl: unreachable, logger });
    const { message } = (await opening.catch((error: unknown) => error)) as Error;
    expect(message).toContain('biore_analytics at 127.0.0.1:1 cannot be opened');
    expect(message).toContain('ECONNREFUSED');
    expect(message).not.toContain('top-secret');
  });
});

describe('open databases', () => {
  let urls: TestDatabases;
  let databases: Databases;

  beforeAll(async () => {
    urls = await createTestDatabases();
    databases = await openDatabases({ ...urls, logger, poolSize: 1, statementTimeout: 100, connectionTimeout: 100 });
  });

  afterAll(async () => {
    await databases.close();
    await urls.drop();
  });

  it('keep every digit of a 64-bit integer', async () => {
    expect(await databases.main.query('select 9007199254740993::bigint as id')).toEqual([{ id: '9007199254740993' }]);
  });

  it('let days begin at midnight UTC', async () => {
    const [row] = await databases.analytics.query<Array<{ day: Date }>>(
      `select date_trunc('day', timestamptz '2026-11-25 03:30+05:00') as day`,
    );
    expect(row?.day.toISOString()).toBe('2026-11-24T00:00:00.000Z');
  });

  it('give up a statement that takes too long', async () => {
    await expect(databases.main.query('select pg_sleep(60)')).rejects.toThrow('statement timeout');
  });

  it('refuse a query for which no connection becomes free', async () => {
    const holder = databases.main.createQueryRunner();
    await holder.connect();
    await expect(databases.main.query('select 1')).rejects.toThrow('timeout exceeded when trying to connect');
    await holder.release();
  });

  it('belong to one test file alone', async () => {
    const others = await createTestDatabases();
    const other = await openDatabases({ ...others, logger });
    await databases.main.query('create table mine (id int)');
    expect(await other.main.query(`select to_regclass('mine') as found`)).toEqual([{ found: null }]);
    await other.close();
    await others.drop();
  });
});

function byTimestamp(first: string, second: string): number {
  return first.slice(-14).localeCompare(second.slice(-14));
}
