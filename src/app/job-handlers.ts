import type { JobRegistry } from '../jobs/job-registry.js';
import { AuthCleanup } from '../services/auth/auth-cleanup.js';
import {
  accountMailRequestJob,
  challengeCleanupJob,
  sessionCleanupJob,
  tokenCleanupJob,
  unverifiedAccountCleanupJob,
} from '../services/auth/auth.jobs.js';
import { MailRenderer } from '../services/mail/mail-renderer.js';
import { MailSender } from '../services/mail/mail-sender.js';
import { mailSendJob, smsSendJob } from '../services/mail/mail.jobs.js';
import { SmsSender } from '../services/mail/sms-sender.js';
import type { Foundation, Infrastructure } from './infrastructure.js';
import type { Providers } from './providers.js';
import type { Services } from './services.js';

/** What each job does. */
export function registerJobs(
  jobs: JobRegistry,
  { clock }: Foundation,
  { database, encryption, translations }: Infrastructure,
  providers: Providers,
  services: Services,
): void {
  const mailSender = new MailSender(database, new MailRenderer(translations), providers.registry, encryption);
  jobs.register(mailSendJob, (mail, { jobId }) => mailSender.send(mail, jobId));
  const smsSender = new SmsSender(providers.registry, encryption);
  jobs.register(smsSendJob, (sms, { jobId }) => smsSender.send(sms, jobId));
  jobs.register(accountMailRequestJob, (request) => services.accountMailRequests.handle(request));

  const authCleanup = new AuthCleanup(database, clock);
  jobs.register(sessionCleanupJob, () => authCleanup.removeOldSessions());
  jobs.register(challengeCleanupJob, () => authCleanup.removeOldChallenges());
  jobs.register(tokenCleanupJob, () => authCleanup.removeOldLinks());
  jobs.register(unverifiedAccountCleanupJob, () => services.unverifiedAccounts.removeOld());
}
