import { z } from 'zod';
import { defineJob } from '../../jobs/job-definition.js';

export const avatarDeleteJob = defineJob({
  name: 'avatar-delete',
  description: 'Deletes a former avatar file, unless it is the present avatar again.',
  payload: z.object({ userId: z.uuid(), key: z.string() }),
  attempts: 8,
  backoffSeconds: 30,
});
