import { Counter, Histogram, type Registry } from 'prom-client';
import { DomainError } from '../infrastructure/errors.js';
import type { Around } from './guard-chain.js';

/** Measures every operation by name, surface and outcome; failures are labelled by their error key. */
export function observeOperations(metrics: Registry): Around {
  const duration = new Histogram({
    name: 'biore_operation_duration_seconds',
    help: 'Time of an operation, its guards included',
    labelNames: ['operation', 'surface'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [metrics],
  });
  const failures = new Counter({
    name: 'biore_operation_failures_total',
    help: 'Operations that answered an error, by its key',
    labelNames: ['operation', 'surface', 'key'],
    registers: [metrics],
  });
  return async ({ definition, context }, next) => {
    const start = performance.now();
    try {
      return await next();
    } catch (error) {
      const key = error instanceof DomainError ? error.definition.key : 'error.internal';
      failures.inc({ operation: definition.name, surface: context.surface, key });
      throw error;
    } finally {
      duration.observe({ operation: definition.name, surface: context.surface }, (performance.now() - start) / 1000);
    }
  };
}
