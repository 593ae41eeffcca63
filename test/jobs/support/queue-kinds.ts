import { randomUUID } from 'node:crypto';
import { redisUrlForTests } from '../../support/redis.js';

/** The two queues, for suites that both must pass; Bull only where a Redis is found. */
export async function queueKinds() {
  const url = await redisUrlForTests();
  return [
    { kind: 'pg-boss', redis: () => undefined },
    ...(url ? [{ kind: 'Bull', redis: () => ({ url, prefix: `test:${randomUUID()}` }) }] : []),
  ];
}
