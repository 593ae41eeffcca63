import { CronExpressionParser } from 'cron-parser';

/**
 * The first time after `after` that the cron expression names, in UTC.
 *
 * @throws Error when the expression cannot be parsed.
 */
export function nextRun(schedule: string, after: Date): Date {
  return CronExpressionParser.parse(schedule, { currentDate: after, tz: 'UTC' }).next().toDate();
}
