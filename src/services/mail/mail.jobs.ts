import { z } from 'zod';
import { defineJob } from '../../jobs/job-definition.js';

/**
 * One mail. The parameters may hold a token: they are encrypted while they wait, and the row goes once the mail is sent.
 * Without an address it goes to the one that the user has when it is sent.
 */
export const mailSendJob = defineJob({
  name: 'mail-send',
  description: 'Renders one mail in the locale of its receiver and hands it to the active provider, with fail-over.',
  payload: z.object({
    template: z.string(),
    to: z.string().optional(),
    userId: z.uuid().optional(),
    locale: z.string().optional(),
    sealedParams: z.string(),
  }),
  attempts: 10,
  backoffSeconds: 30,
});

/** One SMS; the text holds a code, so it is encrypted while it waits. */
export const smsSendJob = defineJob({
  name: 'sms-send',
  description: 'Hands one SMS to the active provider, with fail-over.',
  payload: z.object({ to: z.string(), template: z.string(), sealedText: z.string() }),
  attempts: 4,
  backoffSeconds: 10,
});
