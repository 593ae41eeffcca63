import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool, QueryResultRow } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { DomainError } from '../errors.js';
import type { Logger } from '../logger.js';

interface Transaction {
  manager: EntityManager;
  afterCommit: Array<() => unknown>;
}

/**
 * The main database as a unit of work. A transaction is ambient: services that are called inside one join it, so the
 * idempotency record, the audit row and the jobs of an operation commit together with its effect.
 */
export class Database {
  private readonly ambient = new AsyncLocalStorage<Transaction | undefined>();

  constructor(
    readonly source: DataSource,
    private readonly logger: Logger,
  ) {}

  /** The entity manager of the transaction at hand, else one that commits each statement by itself. */
  get manager(): EntityManager {
    return this.ambient.getStore()?.manager ?? this.source.manager;
  }

  get inTransaction(): boolean {
    return this.ambient.getStore() !== undefined;
  }

  /** Runs `work` in the transaction at hand, or in a new one (READ COMMITTED). */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const current = this.ambient.getStore();
    return current ? work(current.manager) : this.independentTransaction(work);
  }

  /**
   * Runs `work` in a transaction of its own, which commits even when the surrounding one rolls back. Whoever holds a
   * transaction must not wait for one of these: under load all connections would wait for each other.
   */
  async independentTransaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const afterCommit: Transaction['afterCommit'] = [];
    let failure: DomainError | undefined;
    const result = await this.source.transaction((manager) =>
      this.ambient
        .run({ manager, afterCommit }, () => work(manager))
        .catch((error: unknown) => {
          if (!(error instanceof DomainError && error.commits)) throw error;
          failure = error;
          return undefined as T;
        }),
    );
    await this.ambient.run(undefined, () => this.runCallbacks(afterCommit));
    if (failure) throw failure;
    return result;
  }

  /** Runs `callback` once the transaction at hand has committed; at once when there is none. A rollback drops it. */
  async afterCommit(callback: () => unknown): Promise<void> {
    const current = this.ambient.getStore();
    if (current) current.afterCommit.push(callback);
    else await this.runCallbacks([callback]);
  }

  /** Rows of a parametrised statement (`$1`, `$2` …), in the transaction at hand. */
  async query<Row = Record<string, unknown>>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const result: unknown = await this.manager.query(sql, parameters);
    // TypeORM answers UPDATE and DELETE as [rows, count]; a statement reads the same whatever its kind.
    if (Array.isArray(result) && result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number') {
      return result[0] as Row[];
    }
    return result as Row[];
  }

  /**
   * Rows of a hot read, as a statement that PostgreSQL plans once per connection. Outside transactions only.
   *
   * @param name the same text must always come under the same name
   */
  async prepared<Row = Record<string, unknown>>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    const pool = (this.source.driver as PostgresDriver).master as Pool;
    const { rows } = await pool.query<Row & QueryResultRow>({ name, text, values });
    return rows;
  }

  /** Rows changed by an UPDATE, DELETE or INSERT. */
  async execute(sql: string, parameters: unknown[] = []): Promise<number> {
    return (
      await this.query(`with changed as (${sql} returning 1) select count(*)::int as count from changed`, parameters)
    ).map((row) => row.count as number)[0]!;
  }

  private async runCallbacks(callbacks: Transaction['afterCommit']): Promise<void> {
    for (const callback of callbacks) {
      try {
        await callback();
      } catch (error) {
        // The change is committed and cannot be taken back; whatever hangs on it heals by its own means.
        this.logger.error({ err: error }, 'a callback after commit failed');
      }
    }
  }
}

/** True for a violation of the unique index `constraint` (PostgreSQL 23505), or of any when none is named. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const driver =
    (error as { driverError?: { code?: string; constraint?: string } })?.driverError ??
    (error as { code?: string; constraint?: string });
  return driver?.code === '23505' && (constraint === undefined || driver.constraint === constraint);
}
