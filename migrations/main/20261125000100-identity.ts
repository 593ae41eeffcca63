import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts, usernames, consents, GDPR requests, and the records of idempotent calls. */
export class Identity20261125000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = `
-- Refuses every change of an append-only table, save inside the functions that set app.maintained_table to its name for
-- the time of their call.
create function refuse_change() returns trigger language plpgsql as $$
begin
  if current_setting('app.maintained_table', true) is distinct from tg_table_name then
    raise exception 'table % is append-only', tg_table_name using errcode = 'insufficient_privilege';
  end if;
  if tg_op = 'UPDATE' then return new; end if;
  return old;
end $$;

create table user_account (
  id uuid primary key,
  email text,
  email_verified boolean not null default false,
  email_verified_at timestamptz,
  signup_contested boolean not null default false,
  password_hash text,
  password_changed_at timestamptz,
  username text check (username ~ '^[a-z0-9._-]+$'),
  display_name text,
  bio text,
  avatar_url text,
  status text not null default 'ACTIVE' check (status in (
    'ACTIVE', 'SUSPENDED', 'BANNED', 'DEACTIVATED', 'DELETED'
  )),
  role text not null default 'USER' check (role in (
    'USER', 'SUPPORT_AGENT', 'MODERATOR', 'CONTENT_EDITOR', 'FINANCE', 'ADMIN', 'SUPER_ADMIN'
  )),
  intent text check (intent in ('FAN', 'CREATOR')),
  locale text,
  phone text,
  phone_verified boolean not null default false,
  two_factor_enabled boolean not null default false,
  two_factor_secret text,
  two_factor_secret_set_at timestamptz,
  two_factor_last_step integer,
  two_factor_failures integer not null default 0,
  sms_two_factor_enabled boolean not null default false,
  login_attempts integer not null default 0,
  locked_until timestamptz,
  last_login_at timestamptz,
  last_active_at timestamptz,
  referral_code text,
  referral_code_used text,
  referred_by uuid references user_account on delete set null,
  acquired_via_creator_id uuid,
  first_referrer_url text,
  first_landing_page text,
  utm_source text,
  utm_medium text,
  utm_campaign text,
  utm_term text,
  utm_content text,
  registration_device text,
  registration_country text,
  deactivated_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint user_account_email_key unique (email),
  constraint user_account_username_key unique (username),
  constraint user_account_referral_code_key unique (referral_code),
  constraint user_account_email_present_check check (email is not null or status = 'DELETED'),
  constraint user_account_referral_code_present_check check (referral_code is not null or status = 'DELETED')
);
-- Staff search: prefix of username or display name, exact phone; lists by age or last sign-in.
create index user_account_username_prefix_idx on user_account (username text_pattern_ops);
create index user_account_display_name_prefix_idx on user_account (lower(display_name) text_pattern_ops);
create index user_account_phone_idx on user_account (phone) where phone is not null;
create index user_account_created_at_idx on user_account (created_at, id);
create index user_account_last_login_at_idx on user_account (last_login_at desc nulls last, id);
create index user_account_status_idx on user_account (status, created_at) where status <> 'ACTIVE';
create index user_account_role_idx on user_account (role) where role <> 'USER';
create index user_account_referred_by_idx on user_account (referred_by) where referred_by is not null;
create index user_account_never_verified_idx on user_account (created_at) where email_verified_at is null;

create table user_settings (
  id uuid primary key,
  user_id uuid not null references user_account on delete cascade,
  locale text,
  theme text,
  email_notifications boolean not null default true,
  push_notifications boolean not null default true,
  in_app_notifications boolean not null default true,
  digest_mode text check (digest_mode in ('DAILY', 'WEEKLY', 'NONE')),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint user_settings_user_key unique (user_id)
);

create table username_history (
  id uuid primary key,
  user_id uuid not null references user_account on delete cascade,
  old_username text,
  new_username text not null,
  changed_by uuid references user_account,
  changed_at timestamptz(3) not null default now()
);
create index username_history_user_idx on username_history (user_id, changed_at desc);
create index username_history_changed_by_idx on username_history (changed_by) where changed_by is not null;

create table username_hold (
  username text primary key,
  user_id uuid references user_account on delete set null,
  reason text not null check (reason in ('SIGNUP', 'RELEASED')),
  expires_at timestamptz not null,
  created_at timestamptz(3) not null default now()
);
create index username_hold_user_idx on username_hold (user_id) where user_id is not null;
create index username_hold_expires_at_idx on username_hold (expires_at);

create table reserved_username (
  username text primary key check (username ~ '^[a-z0-9._-]+$'),
  note text,
  created_at timestamptz(3) not null default now()
);

create table block_list (
  id uuid primary key,
  owner_id uuid not null references user_account on delete cascade,
  blocked_id uuid not null references user_account on delete cascade,
  created_at timestamptz(3) not null default now(),
  constraint block_list_pair_key unique (owner_id, blocked_id),
  constraint block_list_other_check check (owner_id <> blocked_id)
);
create index block_list_owner_idx on block_list (owner_id, created_at desc, id);
create index block_list_blocked_idx on block_list (blocked_id);

create table consent_record (
  id uuid primary key,
  user_id uuid references user_account,
  email_hash text,
  document_type text not null,
  document_version text not null,
  accepted boolean not null,
  choices jsonb,
  source text not null,
  ip_address inet,
  user_agent text,
  created_at timestamptz(3) not null default now()
);
create index consent_record_user_idx on consent_record (user_id, created_at desc);
create index consent_record_email_hash_idx on consent_record (email_hash, created_at desc) where email_hash is not null;

create table reactivation_token (
  id uuid primary key,
  user_id uuid not null references user_account on delete cascade,
  token_hash text not null,
  source text not null check (source in ('EMAIL', 'LOGIN')),
  expires_at timestamptz not null,
  used_at timestamptz,
  invalidated_at timestamptz,
  created_at timestamptz(3) not null default now(),
  constraint reactivation_token_hash_key unique (token_hash)
);
create index reactivation_token_user_idx on reactivation_token (user_id);
create index reactivation_token_expires_at_idx on reactivation_token (expires_at);

create table gdpr_request (
  id uuid primary key,
  user_id uuid not null references user_account,
  type text not null check (type in ('EXPORT', 'DELETION')),
  status text not null default 'PENDING' check (status in (
    'PENDING', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED'
  )),
  scheduled_at timestamptz,
  started_at timestamptz,
  completed_at timestamptz,
  cancelled_at timestamptz,
  cancelled_by uuid references user_account,
  steps jsonb not null default '[]',
  attempts integer not null default 0,
  error text,
  created_at timestamptz(3) not null default now()
);
create unique index gdpr_request_open_key on gdpr_request (user_id, type) where status in ('PENDING', 'PROCESSING');
create index gdpr_request_user_idx on gdpr_request (user_id, created_at desc);
create index gdpr_request_work_idx on gdpr_request (type, status, created_at)
  where status in ('PENDING', 'PROCESSING', 'FAILED');
create index gdpr_request_scheduled_at_idx on gdpr_request (scheduled_at) where type = 'DELETION' and status = 'PENDING';
create index gdpr_request_created_at_idx on gdpr_request (created_at, id);
create index gdpr_request_cancelled_by_idx on gdpr_request (cancelled_by) where cancelled_by is not null;

create table data_export (
  id uuid primary key,
  request_id uuid not null references gdpr_request,
  user_id uuid not null references user_account,
  storage_key text not null,
  size_bytes integer not null,
  sha256 text not null,
  expires_at timestamptz not null,
  deleted_at timestamptz,
  created_at timestamptz(3) not null default now(),
  constraint data_export_request_key unique (request_id)
);
create index data_export_user_idx on data_export (user_id);
create index data_export_expires_at_idx on data_export (expires_at) where deleted_at is null;

create table email_tombstone (
  email_hash text primary key,
  expires_at timestamptz,
  created_at timestamptz(3) not null default now()
);
create index email_tombstone_expires_at_idx on email_tombstone (expires_at) where expires_at is not null;

create table idempotency_record (
  user_id uuid not null,
  operation text not null,
  key text not null,
  fingerprint text not null,
  response jsonb not null,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz not null,
  primary key (user_id, operation, key)
);
create index idempotency_record_expires_at_idx on idempotency_record (expires_at);

create trigger consent_record_append_only before update or delete on consent_record
  for each row execute function refuse_change();
create trigger consent_record_no_truncate before truncate on consent_record
  for each statement execute function refuse_change();

-- Clears what tells about the client of an account's consents; detached rows lose the account too. Answers their number.
create function consent_record_erase(account uuid, detach boolean) returns integer
  language plpgsql security definer set search_path = public, pg_temp set app.maintained_table = 'consent_record' as $$
declare
  changed integer;
begin
  update consent_record
    set ip_address = null, user_agent = null, user_id = case when detach then null else user_id end
    where user_id = account;
  get diagnostics changed = row_count;
  return changed;
end $$;
revoke all on function consent_record_erase from public;
`;

const DOWN = `
drop table idempotency_record;
drop table email_tombstone;
drop table data_export;
drop table gdpr_request;
drop table reactivation_token;
drop table consent_record;
drop table block_list;
drop table reserved_username;
drop table username_hold;
drop table username_history;
drop table user_settings;
drop table user_account;
drop function consent_record_erase;
drop function refuse_change;
`;
