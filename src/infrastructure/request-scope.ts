import { AsyncLocalStorage } from 'node:async_hooks';

/** Who and what a piece of work belongs to; read by log lines and audit rows, never by business rules. */
export interface RequestScope {
  correlationId: string;
  ip: string | null;
  userAgent: string | null;
  locale: string;
  actorId: string | null;
  actorType: 'USER' | 'ADMIN' | 'SYSTEM';
}

const storage = new AsyncLocalStorage<RequestScope>();

/** Runs `work` so that everything it logs and audits carries `scope`. */
export function runInRequestScope<T>(scope: RequestScope, work: () => T): T {
  return storage.run(scope, work);
}

export function currentRequestScope(): RequestScope | undefined {
  return storage.getStore();
}
