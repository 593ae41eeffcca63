import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions, challenges, links of the account mails, and OAuth. */
export class Authentication20261125000101 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = `
create table session (
  id uuid primary key,
  family_id uuid not null,
  user_id uuid not null references user_account on delete cascade,
  refresh_token_hash text not null,
  rotation_salt bytea,
  rotated_at timestamptz,
  replaced_by_id uuid references session on delete set null,
  revoked_at timestamptz,
  revoked_reason text check (revoked_reason in (
    'LOGOUT', 'REVOKED', 'REPLACED', 'LIMIT', 'PASSWORD_CHANGED', 'PASSWORD_RESET', 'TWO_FACTOR_CHANGED',
    'TOKEN_REUSE', 'DEACTIVATED', 'ACCOUNT_SUSPENDED', 'ROLE_CHANGED', 'ADMIN'
  )),
  expires_at timestamptz not null,
  family_started_at timestamptz not null,
  family_expires_at timestamptz not null,
  methods text[] not null,
  user_agent text,
  ip inet,
  created_at timestamptz(3) not null default now(),
  constraint session_refresh_token_hash_key unique (refresh_token_hash)
);
create unique index session_family_live_key on session (family_id) where rotated_at is null and revoked_at is null;
create index session_family_idx on session (family_id);
create index session_user_idx on session (user_id, created_at desc);
create index session_replaced_by_idx on session (replaced_by_id) where replaced_by_id is not null;
create index session_expires_at_idx on session (expires_at);

create table challenge (
  id uuid primary key,
  kind text not null check (kind in ('LOGIN_2FA', 'OTP')),
  user_id uuid references user_account on delete cascade,
  parent_id uuid references challenge on delete cascade,
  token_hash text,
  purpose text check (purpose in ('verify-phone-fan', 'verify-phone-profile', '2fa-setup', 'login-2fa')),
  phone text,
  code_hash text,
  decoy boolean not null default false,
  method text,
  attempts integer not null default 0,
  resend_count integer not null default 0,
  last_sent_at timestamptz,
  expires_at timestamptz not null,
  used_at timestamptz,
  consumed_at timestamptz,
  ip inet,
  created_at timestamptz(3) not null default now(),
  constraint challenge_token_hash_key unique (token_hash),
  constraint challenge_token_kind_check check (token_hash is null or kind = 'LOGIN_2FA')
);
create index challenge_user_idx on challenge (user_id) where user_id is not null;
create index challenge_parent_idx on challenge (parent_id) where parent_id is not null;
create index challenge_expires_at_idx on challenge (expires_at);

create table email_verification (
  id uuid primary key,
  user_id uuid not null references user_account on delete cascade,
  purpose text not null check (purpose in ('SIGNUP', 'EMAIL_CHANGE')),
  new_email text,
  token_hash text not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  invalidated_at timestamptz,
  created_at timestamptz(3) not null default now(),
  constraint email_verification_token_hash_key unique (token_hash),
  constraint email_verification_new_email_check check ((purpose = 'EMAIL_CHANGE') = (new_email is not null))
);
create index email_verification_user_idx on email_verification (user_id, created_at desc);
create index email_verification_expires_at_idx on email_verification (expires_at);

create table password_reset (
  id uuid primary key,
  user_id uuid not null references user_account on delete cascade,
  token_hash text not null,
  restore_email text,
  expires_at timestamptz not null,
  used_at timestamptz,
  invalidated_at timestamptz,
  created_at timestamptz(3) not null default now(),
  constraint password_reset_token_hash_key unique (token_hash)
);
create index password_reset_user_idx on password_reset (user_id, created_at desc);
create index password_reset_expires_at_idx on password_reset (expires_at);

create table backup_code (
  id uuid primary key,
  user_id uuid not null references user_account on delete cascade,
  code_hash text not null,
  created_at timestamptz(3) not null default now()
);
create index backup_code_user_idx on backup_code (user_id);

create table oauth_provider (
  platform text primary key check (platform in (
    'google', 'apple', 'x', 'discord', 'facebook', 'github', 'instagram', 'linkedin', 'pinterest',
    'reddit', 'spotify', 'threads', 'tiktok', 'twitch', 'youtube'
  )),
  enabled boolean not null default false,
  login_enabled boolean not null default false,
  client_id text,
  extra_client_ids text[] not null default '{}',
  client_secret_encrypted text,
  redirect_uri text,
  scopes text[] not null default '{}',
  settings jsonb not null default '{}',
  updated_at timestamptz(3) not null default now(),
  updated_by uuid references user_account,
  constraint oauth_provider_login_check check (not login_enabled or platform in ('google', 'apple', 'x'))
);

create table social_account (
  id uuid primary key,
  user_id uuid not null references user_account on delete cascade,
  platform varchar(20) not null check (platform in (
    'GOOGLE', 'APPLE', 'X', 'DISCORD', 'FACEBOOK', 'GITHUB', 'INSTAGRAM', 'LINKEDIN', 'PINTEREST',
    'REDDIT', 'SPOTIFY', 'THREADS', 'TIKTOK', 'TWITCH', 'YOUTUBE'
  )),
  platform_user_id varchar(255) not null,
  platform_username varchar(255),
  verified boolean not null default false,
  for_login boolean not null default false,
  login_linked_at timestamptz,
  for_social boolean not null default false,
  access_token_encrypted text,
  refresh_token_encrypted text,
  token_expires_at timestamptz,
  connected_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint social_account_identity_key unique (platform, platform_user_id),
  constraint social_account_platform_key unique (user_id, platform),
  constraint social_account_purpose_check check (for_login or for_social),
  constraint social_account_login_check check (not for_login or platform in ('GOOGLE', 'APPLE', 'X')),
  constraint social_account_login_linked_at_check check (for_login = (login_linked_at is not null))
);

insert into oauth_provider (platform) values
  ('google'), ('apple'), ('x'), ('discord'), ('facebook'), ('github'), ('instagram'), ('linkedin'), ('pinterest'),
  ('reddit'), ('spotify'), ('threads'), ('tiktok'), ('twitch'), ('youtube');
`;

const DOWN = `
drop table social_account;
drop table oauth_provider;
drop table backup_code;
drop table password_reset;
drop table email_verification;
drop table challenge;
drop table session;
`;
