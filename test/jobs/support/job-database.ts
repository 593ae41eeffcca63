import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { Jobs20261125000300 } from '../../../migrations/main/20261125000300-jobs.js';
import { JobRun } from '../../../src/entities/jobs/job-run.entity.js';

const ADMIN_URL = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** A database of its own with the job tables, and a table in which test jobs leave their marks. */
export class JobDatabase {
  private constructor(
    readonly url: string,
    private readonly name: string,
  ) {}

  static async create(): Promise<JobDatabase> {
    const name = `jobs_test_${randomBytes(6).toString('hex')}`;
    await onServer(`create database ${name}`);
    const url = new URL(ADMIN_URL);
    url.pathname = `/${name}`;
    const database = new JobDatabase(url.href, name);
    const source = await database.connect();
    await source.runMigrations();
    await source.query('create table mark (text text primary key, times integer not null default 1)');
    await source.destroy();
    return database;
  }

  connect(): Promise<DataSource> {
    return connectTo(this.url);
  }

  async drop(): Promise<void> {
    await onServer(`drop database ${this.name} with (force)`);
  }
}

export function connectTo(url: string): Promise<DataSource> {
  return new DataSource({
    type: 'postgres',
    url,
    entities: [JobRun],
    migrations: [Jobs20261125000300],
    extra: { max: 12 },
  }).initialize();
}

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: ADMIN_URL });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
