import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Settings, the audit log, moderation, bans and appeals. */
export class Administration20261125000102 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = `
create table config_value (
  key text primary key,
  value jsonb not null,
  updated_by uuid not null references user_account,
  updated_at timestamptz(3) not null default now()
);
create index config_value_updated_by_idx on config_value (updated_by);

create table config_history (
  id uuid primary key,
  key text not null,
  old_value jsonb,
  new_value jsonb,
  reason text not null,
  changed_by uuid not null references user_account,
  changed_at timestamptz(3) not null default now()
);
create index config_history_key_idx on config_history (key, changed_at desc);
create index config_history_changed_by_idx on config_history (changed_by);

create table audit_log (
  id uuid primary key,
  action text not null,
  level text not null check (level in ('INFO', 'WARN', 'CRITICAL')),
  actor_id uuid,
  actor_type text not null check (actor_type in ('USER', 'ADMIN', 'SYSTEM')),
  target_type text,
  target_id text,
  ip inet,
  user_agent text,
  correlation_id uuid,
  data jsonb,
  created_at timestamptz(3) not null default now()
);
create index audit_log_created_at_idx on audit_log (created_at, id);
create index audit_log_action_idx on audit_log (action text_pattern_ops, created_at);
create index audit_log_actor_idx on audit_log (actor_id, created_at);
create index audit_log_target_idx on audit_log (target_type, target_id);
create index audit_log_correlation_idx on audit_log (correlation_id) where correlation_id is not null;
create index audit_log_client_idx on audit_log (created_at) where ip is not null or user_agent is not null;

create table ban (
  id uuid primary key,
  user_id uuid not null references user_account,
  type text not null check (type in ('SUSPENSION', 'BAN')),
  reason text not null,
  public_reason text not null,
  expires_at timestamptz,
  active boolean not null default true,
  created_by uuid references user_account,
  created_at timestamptz(3) not null default now(),
  lifted_by uuid references user_account,
  lifted_at timestamptz,
  lift_reason text,
  constraint ban_expiry_check check ((type = 'SUSPENSION') = (expires_at is not null)),
  constraint ban_lifted_check check (active = (lifted_at is null))
);
create unique index ban_active_key on ban (user_id) where active;
create index ban_user_idx on ban (user_id, created_at desc);
create index ban_created_at_idx on ban (created_at, id);
create index ban_expires_at_idx on ban (expires_at) where active;
create index ban_created_by_idx on ban (created_by) where created_by is not null;
create index ban_lifted_by_idx on ban (lifted_by) where lifted_by is not null;

create table fraud_flag (
  id uuid primary key,
  user_id uuid not null references user_account,
  source text not null check (source in ('ADMIN', 'VELOCITY', 'CHARGEBACK')),
  reason text not null,
  created_by uuid references user_account,
  created_at timestamptz(3) not null default now(),
  closed_by uuid references user_account,
  closed_at timestamptz
);
create unique index fraud_flag_open_key on fraud_flag (user_id) where closed_at is null;
create index fraud_flag_user_idx on fraud_flag (user_id, created_at desc);
create index fraud_flag_created_by_idx on fraud_flag (created_by) where created_by is not null;
create index fraud_flag_closed_by_idx on fraud_flag (closed_by) where closed_by is not null;

create table moderation_rule (
  id uuid primary key,
  name text not null,
  applies_to text[] not null check (applies_to <@ array['MESSAGE', 'BIO', 'LINK', 'USERNAME']),
  matcher text not null check (matcher in ('KEYWORD', 'REGEX', 'DOMAIN')),
  pattern text not null,
  locale text,
  action text not null check (action in ('QUARANTINE', 'REJECT', 'FLAG')),
  category text not null,
  severity integer not null check (severity between 1 and 5),
  active boolean not null default true,
  sort_order integer not null default 0,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint moderation_rule_name_key unique (name),
  constraint moderation_rule_applies_to_present_check check (cardinality(applies_to) > 0),
  constraint moderation_rule_quarantine_check check (
    case action when 'QUARANTINE' then applies_to <@ '{MESSAGE}' else not 'MESSAGE' = any (applies_to) end
  )
);

create table moderation_case (
  id uuid primary key,
  kind text not null check (kind in ('MESSAGE', 'BIO', 'LINK', 'USERNAME')),
  target_id uuid not null,
  user_id uuid not null references user_account,
  rule_id uuid,
  category text not null,
  severity integer not null check (severity between 1 and 5),
  matches jsonb not null,
  content bytea,
  status text not null default 'OPEN' check (status in ('OPEN', 'APPROVED', 'REJECTED', 'EXPIRED')),
  created_at timestamptz(3) not null default now(),
  decided_by uuid references user_account,
  decided_at timestamptz
);
create unique index moderation_case_open_key on moderation_case (kind, target_id) where status = 'OPEN';
create index moderation_case_target_idx on moderation_case (kind, target_id, created_at desc);
create index moderation_case_queue_idx on moderation_case (status, severity desc, created_at, id);
create index moderation_case_user_idx on moderation_case (user_id, created_at desc);
create index moderation_case_decided_by_idx on moderation_case (decided_by) where decided_by is not null;

create table statement_of_reasons (
  id uuid primary key,
  user_id uuid not null references user_account,
  target_type text not null,
  target_id uuid not null,
  case_id uuid references moderation_case,
  restriction text not null,
  ground_type text not null check (ground_type in ('LEGAL', 'TERMS')),
  ground text not null,
  facts text not null,
  automated_detection boolean not null,
  automated_decision boolean not null,
  created_by uuid references user_account,
  delivered_at timestamptz,
  withdrawn_at timestamptz,
  created_at timestamptz(3) not null default now()
);
create index statement_of_reasons_created_at_idx on statement_of_reasons (created_at, id);
create index statement_of_reasons_user_idx on statement_of_reasons (user_id, created_at desc);
create index statement_of_reasons_target_idx on statement_of_reasons (target_type, target_id);
create index statement_of_reasons_case_idx on statement_of_reasons (case_id) where case_id is not null;
create index statement_of_reasons_created_by_idx on statement_of_reasons (created_by) where created_by is not null;

create table appeal (
  id uuid primary key,
  user_id uuid not null references user_account,
  type text not null check (type in ('ban', 'fraud_flag', 'content_removal', 'report_action')),
  ban_id uuid references ban,
  reason text not null,
  evidence text,
  status text not null default 'PENDING' check (status in ('PENDING', 'UNDER_REVIEW', 'APPROVED', 'REJECTED')),
  reviewed_by uuid references user_account,
  reviewed_at timestamptz,
  response text,
  created_at timestamptz(3) not null default now()
);
create unique index appeal_open_key on appeal (user_id) where status in ('PENDING', 'UNDER_REVIEW');
create index appeal_user_idx on appeal (user_id, created_at desc);
create index appeal_queue_idx on appeal (status, created_at, id);
create index appeal_ban_idx on appeal (ban_id) where ban_id is not null;
create index appeal_reviewed_by_idx on appeal (reviewed_by) where reviewed_by is not null;

create trigger config_history_append_only before update or delete on config_history
  for each row execute function refuse_change();
create trigger config_history_no_truncate before truncate on config_history
  for each statement execute function refuse_change();
create trigger audit_log_append_only before update or delete on audit_log
  for each row execute function refuse_change();
create trigger audit_log_no_truncate before truncate on audit_log
  for each statement execute function refuse_change();

-- Removes entries older than older_than and clears the client of those older than ip_older_than, the oldest 5,000 of
-- each in a call. Answers the number of entries touched; 0 means that nothing is left to do.
create function audit_prune(older_than timestamptz, ip_older_than timestamptz) returns integer
  language plpgsql security definer set search_path = public, pg_temp set app.maintained_table = 'audit_log' as $$
declare
  removed integer;
  cleared integer;
begin
  delete from audit_log where id in
    (select id from audit_log where created_at < older_than order by created_at limit 5000);
  get diagnostics removed = row_count;
  update audit_log set ip = null, user_agent = null where id in
    (select id from audit_log where created_at < ip_older_than and (ip is not null or user_agent is not null)
      order by created_at limit 5000);
  get diagnostics cleared = row_count;
  return removed + cleared;
end $$;
revoke all on function audit_prune from public;

-- Clears the client of the entries an erased account left, as actor or as the target of a call without one (a refused
-- sign-in). Answers their number.
create function audit_erase(account uuid) returns integer
  language plpgsql security definer set search_path = public, pg_temp set app.maintained_table = 'audit_log' as $$
declare
  changed integer;
begin
  update audit_log set ip = null, user_agent = null
    where (actor_id = account or (actor_id is null and target_id = account::text))
      and (ip is not null or user_agent is not null);
  get diagnostics changed = row_count;
  return changed;
end $$;
revoke all on function audit_erase from public;

create function statement_of_reasons_guard() returns trigger language plpgsql as $$
declare
  open_columns constant text[] := array['delivered_at', 'withdrawn_at', 'facts'];
begin
  if tg_op = 'UPDATE' and to_jsonb(new) - open_columns = to_jsonb(old) - open_columns and new.facts in (old.facts, '') then
    return new;
  end if;
  raise exception 'a statement of reasons is final' using errcode = 'insufficient_privilege';
end $$;
create trigger statement_of_reasons_final before update or delete on statement_of_reasons
  for each row execute function statement_of_reasons_guard();
`;

const DOWN = `
drop table appeal;
drop table statement_of_reasons;
drop table moderation_case;
drop table moderation_rule;
drop table fraud_flag;
drop table ban;
drop table audit_log;
drop table config_history;
drop table config_value;
drop function statement_of_reasons_guard;
drop function audit_erase;
drop function audit_prune;
`;
