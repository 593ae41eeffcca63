import { z } from 'zod';
import { defineJob } from '../../jobs/job-definition.js';

export const uploadInspectJob = defineJob({
  name: 'upload-inspect',
  description: 'Checks size and bytes of an upload that was put to use, and takes a bad one out again.',
  payload: z.object({ userId: z.uuid(), key: z.string() }),
  attempts: 8,
  backoffSeconds: 15,
});
