import { z } from 'zod';
import { defineJob } from '../../jobs/job-definition.js';

const accountMailRequest = z.object({
  kind: z.enum(['signup-repeat', 'account-exists', 'resend-verification', 'forgot-password']),
  requestId: z.uuid(),
  email: z.string(),
  locale: z.string(),
  /** Who asked, for the audit log. */
  client: z
    .object({ correlationId: z.string(), ip: z.string().nullable(), userAgent: z.string().nullable() })
    .nullable(),
});

export type AccountMailRequest = z.output<typeof accountMailRequest>;
export type AccountMailKind = AccountMailRequest['kind'];

/** Account mails that anybody can ask for; the lookup is left to the job, so that the answer takes the same time for every address. */
export const accountMailRequestJob = defineJob({
  name: 'auth-mail-request',
  description:
    'Works off repeated sign-ups, resend-verification and forgot-password requests: address lookup, token, mail.',
  payload: accountMailRequest,
  attempts: 8,
  backoffSeconds: 15,
});

const nothing = z.object({});

export const sessionCleanupJob = defineJob({
  name: 'session-cleanup',
  description: 'Deletes sessions 30 days after the whole family ended or ran out.',
  payload: nothing,
  schedule: '7 * * * *',
  attempts: 3,
  backoffSeconds: 60,
});

export const challengeCleanupJob = defineJob({
  name: 'challenge-cleanup',
  description: 'Deletes challenges 24 hours after they expired.',
  payload: nothing,
  schedule: '12 * * * *',
  attempts: 3,
  backoffSeconds: 60,
});

export const tokenCleanupJob = defineJob({
  name: 'auth-token-cleanup',
  description: 'Deletes verification and reset links 30 days after they expired.',
  payload: nothing,
  schedule: '20 3 * * *',
  attempts: 3,
  backoffSeconds: 60,
});

export const unverifiedAccountCleanupJob = defineJob({
  name: 'unverified-account-cleanup',
  description: 'Deletes accounts that were never verified and are older than auth.unverified_account_ttl_days.',
  payload: nothing,
  schedule: '17 * * * *',
  attempts: 3,
  backoffSeconds: 60,
});
