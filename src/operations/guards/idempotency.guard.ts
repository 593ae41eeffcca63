import { DomainError, GenericErrors, invalidField } from '../../infrastructure/errors.js';
import { addTime, Duration, type Clock } from '../../infrastructure/clock.js';
import { hmacSha256 } from '../../infrastructure/crypto/hash.js';
import type { Database } from '../../infrastructure/database/database.js';
import type { Authentication } from '../../services/auth/authentication.js';
import type { Around, GuardedCall } from '../guard-chain.js';
import { argumentNames } from '../rest-arguments.js';

const KEEP_HOURS = 24;
const PRINTABLE_ASCII = /^[\x20-\x7e]{1,255}$/;

interface StoredAnswer {
  fingerprint: string;
  response: { result: unknown };
}

/**
 * Runs an operation once for an `Idempotency-Key` of a user. The record is written in the transaction of the effect, so
 * neither exists alone; errors roll both back and are not stored. The fingerprint of the arguments is an HMAC, since they
 * may hold a password.
 */
export class Idempotency {
  constructor(
    private readonly database: Database,
    private readonly authentication: Authentication,
    private readonly clock: Clock,
    private readonly fingerprintKey: string,
  ) {}

  /** @throws DomainError `error.idempotency_mismatch`, `error.idempotency_in_progress`, or `error.validation` for the key. */
  readonly guard: Around = async (call, next) => {
    const userId = call.context.viewer!.userId;
    const key = this.keyOf(call);
    const operation = call.definition.name;
    return this.database.transaction(async () => {
      const [lock] = await this.database.query<{ free: boolean }>('select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as free', [
        `idempotency:${userId}:${operation}:${key}`,
      ]);
      if (!lock?.free) throw new DomainError(GenericErrors.idempotencyInProgress);
      const stored = await this.find(userId, operation, key);
      if (stored) return this.replayed(stored, call);
      const result = await next();
      await this.database.query(
        `insert into idempotency_record (user_id, operation, key, fingerprint, response, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (user_id, operation, key) do update
         set fingerprint = excluded.fingerprint, response = excluded.response, created_at = excluded.created_at, expires_at = excluded.expires_at`,
        [
          userId, operation, key, this.fingerprint(call), JSON.stringify({ result }),
          this.clock.now(), addTime(this.clock.now(), Duration.hours(KEEP_HOURS)),
        ],
      );
      return result;
    });
  };

  /** The repeat of a call that closed its own account gets the stored answer while the access token lasts. */
  readonly replay: Around = async (call, next) => {
    const { bearer } = call.context.credentials;
    if (call.context.idempotencyKey === null || bearer === null) return next();
    const userId = await this.authentication.subjectOf(bearer);
    const stored = userId && (await this.find(userId, call.definition.name, this.keyOf(call)));
    return stored ? this.replayed(stored, call) : next();
  };

  private async find(userId: string, operation: string, key: string): Promise<StoredAnswer | undefined> {
    const rows = await this.database.query<StoredAnswer>(
      'select fingerprint, response from idempotency_record where user_id = $1 and operation = $2 and key = $3 and expires_at > $4',
      [userId, operation, key, this.clock.now()],
    );
    return rows[0];
  }

  private replayed(stored: StoredAnswer, call: GuardedCall): unknown {
    if (stored.fingerprint !== this.fingerprint(call)) throw new DomainError(GenericErrors.idempotencyMismatch);
    return stored.response.result;
  }

  private keyOf({ context }: GuardedCall): string {
    const key = context.idempotencyKey ?? '';
    if (!PRINTABLE_ASCII.test(key)) throw invalidField('Idempotency-Key', 'matches', '1-255 printable ASCII characters');
    return key;
  }

  /** Over the arguments that the operation knows, so that REST and GraphQL calls of equal meaning are equal. */
  private fingerprint({ context, args, definition }: GuardedCall): string {
    const raw = context.surface === 'rest' ? (context.restArguments ?? {}) : args;
    const canonical = argumentNames(definition.name)
      .filter((name) => raw[name] !== undefined)
      .map((name) => [name, raw[name]]);
    return hmacSha256(this.fingerprintKey, JSON.stringify(canonical));
  }
}
