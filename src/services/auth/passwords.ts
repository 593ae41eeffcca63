import { createHash } from 'node:crypto';
import { compare, hash } from '@node-rs/bcrypt';
import { dictionary } from '@zxcvbn-ts/language-common';
import { invalidField } from '../../infrastructure/errors.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { AuthSettings } from './auth.settings.js';

const BLOCKLIST_SIZE = 3000;
/** Shorter ones break the policy anyway. */
const COMMON_PASSWORDS = new Set(
  dictionary['passwords-common']!.filter((password) => password.length >= 8).slice(0, BLOCKLIST_SIZE),
);

/**
 * Hashes and compares passwords: bcrypt over base64(SHA-256(NFKC)), so that nothing is cut at bcrypt's 72 bytes and
 * differently composed forms of one text are one password.
 */
export class Passwords {
  private readonly dummies = new Map<number, Promise<string>>();

  constructor(private readonly settings: Settings) {}

  hash(password: string): Promise<string> {
    return hash(digest(password), this.cost);
  }

  /** Compares with `storedHash`, or with a dummy of the same cost, so that the time tells nothing about a missing one. */
  async matches(password: string, storedHash: string | null | undefined): Promise<boolean> {
    const matched = await compare(digest(password), storedHash ?? (await this.dummyHash()));
    return matched && storedHash != null;
  }

  /** True when both texts are one password. */
  areEqual(password: string, other: string): boolean {
    return digest(password) === digest(other);
  }

  /** True when the hash was made with a lower cost than is in force now. */
  isOutdated(storedHash: string): boolean {
    return Number(storedHash.split('$')[2]) < this.cost;
  }

  /** @throws DomainError `error.validation` with rule `password_common`; the other rules stand on the arguments. */
  refuseCommon(password: string, field: string): void {
    if (this.settings.get(AuthSettings.passwordBlocklistEnabled) && COMMON_PASSWORDS.has(password.toLowerCase())) {
      throw invalidField(field, 'password_common', 'one of the most common passwords');
    }
  }

  private get cost(): number {
    return this.settings.get(AuthSettings.saltRounds);
  }

  private dummyHash(): Promise<string> {
    let dummy = this.dummies.get(this.cost);
    if (!dummy) this.dummies.set(this.cost, (dummy = hash(digest('a password that nobody has'), this.cost)));
    return dummy;
  }
}

const digest = (password: string): string => createHash('sha256').update(password.normalize('NFKC')).digest('base64');
