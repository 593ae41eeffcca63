import { defineErrors } from '../../infrastructure/errors.js';

export const JobErrors = defineErrors({
  notFound: [404, 'admin.job.not_found', 'no such job'],
  running: [409, 'admin.job.running', 'a run is under way'],
});
