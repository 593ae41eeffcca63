import { AuditLog } from './admin/audit-log.entity.js';
import { Ban } from './admin/ban.entity.js';
import { ConfigHistory } from './admin/config-history.entity.js';
import { ConfigValue } from './admin/config-value.entity.js';
import { FraudFlag } from './admin/fraud-flag.entity.js';
import { ModerationCase } from './admin/moderation-case.entity.js';
import { ModerationRule } from './admin/moderation-rule.entity.js';
import { ProviderSetting } from './admin/provider-setting.entity.js';
import { StatementOfReasons } from './admin/statement-of-reasons.entity.js';
import { BackupCode } from './auth/backup-code.entity.js';
import { Challenge } from './auth/challenge.entity.js';
import { EmailVerification } from './auth/email-verification.entity.js';
import { OAuthProvider } from './auth/oauth-provider.entity.js';
import { PasswordReset } from './auth/password-reset.entity.js';
import { Session } from './auth/session.entity.js';
import { SocialAccount } from './auth/social-account.entity.js';
import { OutboxMessage } from './development/outbox-message.entity.js';
import { DeadJob } from './jobs/dead-job.entity.js';
import { JobOutboxEntry } from './jobs/job-outbox-entry.entity.js';
import { JobRun } from './jobs/job-run.entity.js';
import { JobState } from './jobs/job-state.entity.js';
import { IdempotencyRecord } from './operations/idempotency-record.entity.js';
import { Appeal } from './user/appeal.entity.js';
import { BlockList } from './user/block-list.entity.js';
import { ConsentRecord } from './user/consent-record.entity.js';
import { DataExport } from './user/data-export.entity.js';
import { EmailTombstone } from './user/email-tombstone.entity.js';
import { GDPRRequest } from './user/gdpr-request.entity.js';
import { ReactivationToken } from './user/reactivation-token.entity.js';
import { ReservedUsername } from './user/reserved-username.entity.js';
import { UserSettings } from './user/user-settings.entity.js';
import { User } from './user/user.entity.js';
import { UsernameHistory } from './user/username-history.entity.js';
import { UsernameHold } from './user/username-hold.entity.js';

/** Every entity of the main database. */
export const entities: Array<new () => object> = [
  AuditLog,
  Ban,
  ConfigHistory,
  ConfigValue,
  FraudFlag,
  ModerationCase,
  ModerationRule,
  ProviderSetting,
  StatementOfReasons,
  BackupCode,
  Challenge,
  EmailVerification,
  OAuthProvider,
  PasswordReset,
  Session,
  SocialAccount,
  IdempotencyRecord,
  OutboxMessage,
  DeadJob,
  JobOutboxEntry,
  JobRun,
  JobState,
  Appeal,
  BlockList,
  ConsentRecord,
  DataExport,
  EmailTombstone,
  GDPRRequest,
  ReactivationToken,
  ReservedUsername,
  UserSettings,
  User,
  UsernameHistory,
  UsernameHold,
];

/** Every entity of the analytics database. */
export const analyticsEntities: Array<new () => object> = [];
