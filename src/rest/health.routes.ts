import type { FastifyInstance } from 'fastify';
import { DomainError, GenericErrors } from '../infrastructure/errors.js';
import { equalsInConstantTime } from '../infrastructure/crypto/hash.js';
import type { DataSource } from 'typeorm';
import type { Registry } from 'prom-client';
import type { Redis } from '../infrastructure/redis.js';
import { bearerOf } from './request-contexts.js';

export interface HealthDependencies {
  main: DataSource;
  analytics: DataSource;
  redis: Redis | null;
  metrics: Registry;
  /** Bearer of the scraper; without one only loopback may read the metrics. */
  metricsToken: string | undefined;
}

/** `/health/live`: the process runs. `/health/ready`: what it needs answers. `/metrics`: Prometheus, not public. */
export function mountHealth(fastify: FastifyInstance, { main, analytics, redis, metrics, metricsToken }: HealthDependencies): void {
  fastify.get('/health/live', () => ({ status: 'ok' }));

  fastify.get('/health/ready', async (_request, reply) => {
    const [mainUp, analyticsUp] = await Promise.all([answers(main), answers(analytics)]);
    // Every use of Redis has a rule for its absence, so it does not decide.
    const parts = { main: mainUp, analytics: analyticsUp, redis: redis === null ? 'unused' : redis.commands.client.isReady };
    const ready = mainUp && analyticsUp;
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', parts });
  });

  fastify.get('/metrics', async (request, reply) => {
    const allowed = metricsToken
      ? equalsInConstantTime(bearerOf(request.headers.authorization) ?? '', metricsToken)
      : ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(request.client.ip);
    if (!allowed) throw new DomainError(GenericErrors.notFound);
    return reply.type(metrics.contentType).send(await metrics.metrics());
  });
}

async function answers(source: DataSource): Promise<boolean> {
  try {
    await source.query('select 1');
    return true;
  } catch {
    return false;
  }
}
