import { z } from 'zod';
import { defineJob } from '../../../src/jobs/job-definition.js';

export const mail = defineJob({
  name: 'mail',
  description: 'mails for an order',
  payload: z.object({ order: z.string() }),
  attempts: 1,
  backoffSeconds: 1,
});
