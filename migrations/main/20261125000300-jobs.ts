import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Background jobs: the outbox that holds them until they are done, dead letters, runs and schedules. */
export class Jobs20261125000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

// Rows of job_outbox come and go all day: room on the page and an early vacuum keep the table small.
const UP = `
create table job_outbox (
  id uuid primary key,
  name text not null,
  payload jsonb not null,
  dedupe_key text,
  state text not null default 'WAITING' check (state in ('WAITING', 'QUEUED', 'RUNNING')),
  due_at timestamptz(3) not null,
  repeat_at timestamptz(3),
  failures integer not null default 0,
  crashes integer not null default 0,
  claim_id uuid,
  run_id uuid,
  created_at timestamptz(3) not null default now()
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
create unique index job_outbox_dedupe_key on job_outbox (name, dedupe_key) where dedupe_key is not null;
create index job_outbox_due_idx on job_outbox (name, due_at, id);
create index job_outbox_busy_idx on job_outbox (name, due_at) where state <> 'WAITING';

create table dead_job (
  id uuid primary key,
  name text not null,
  payload jsonb not null,
  dedupe_key text,
  error text not null,
  attempts integer not null,
  failed_at timestamptz(3) not null default now()
);
create index dead_job_name_idx on dead_job (name, failed_at);

create table job_run (
  id uuid primary key,
  name text not null,
  status text not null check (status in ('RUNNING', 'OK', 'FAILED')),
  started_by uuid,
  started_at timestamptz(3) not null default now(),
  finished_at timestamptz(3),
  duration_ms integer,
  result jsonb,
  error text
);
create unique index job_run_running_key on job_run (name) where status = 'RUNNING';
create index job_run_name_idx on job_run (name, started_at desc, id desc);

create table job_state (
  name text primary key,
  schedule text,
  next_run_at timestamptz(3),
  last_run_at timestamptz(3),
  last_status text check (last_status in ('OK', 'FAILED')),
  last_duration_ms integer,
  last_error text
);
`;

const DOWN = `
drop table job_state;
drop table job_run;
drop table dead_job;
drop table job_outbox;
`;
