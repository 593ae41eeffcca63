import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Providers20261125000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table provider_setting (
        id uuid primary key,
        family text not null check (family in ('email', 'sms', 'push', 'captcha', 'kyc', 'storage')),
        provider text not null,
        enabled boolean not null,
        priority integer not null check (priority between 0 and 100),
        settings jsonb not null,
        credentials text,
        health text not null check (health in ('UNKNOWN', 'UP', 'DEGRADED', 'DOWN')),
        last_checked_at timestamptz,
        last_error text,
        updated_at timestamptz not null,
        constraint provider_setting_family_provider_key unique (family, provider)
      )`);
    await runner.query(`
      create table dev_outbox (
        id uuid primary key,
        channel text not null check (channel in ('email', 'sms', 'push')),
        to_address text not null,
        template text not null,
        subject text,
        text text not null,
        html text,
        headers jsonb not null,
        links text[] not null,
        code text,
        created_at timestamptz not null
      )`);
    await runner.query('create index dev_outbox_created_at_idx on dev_outbox (created_at, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table dev_outbox');
    await runner.query('drop table provider_setting');
  }
}
