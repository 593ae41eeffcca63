import { randomInt } from 'node:crypto';
import { BackupCode } from '../../entities/auth/backup-code.entity.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Database } from '../../infrastructure/database/database.js';
import { newId } from '../../infrastructure/ids.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { AuthSettings } from './auth.settings.js';
import { hashShortCode, matchesShortCode } from './short-codes.js';

/** Without 0, O, 1 and I, which look alike on paper. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LENGTH = 8;

/** Codes that were made and not stored yet. */
export interface BackupCodeBatch {
  /** As the owner gets them, once: XXXX-XXXX. */
  codes: string[];
  hashes: string[];
}

/** Single-use codes that stand in for a lost authenticator. */
export class BackupCodes {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** Makes `auth.backup_code_count` codes. Hashing takes a while: keep it out of transactions. */
  async generate(): Promise<BackupCodeBatch> {
    const codes = Array.from({ length: this.settings.get(AuthSettings.backupCodeCount) }, randomCode);
    return { codes: codes.map(printed), hashes: await Promise.all(codes.map(hashShortCode)) };
  }

  /** Puts a batch in the place of all codes of the user, in the transaction at hand. */
  async replace(userId: string, { hashes }: BackupCodeBatch): Promise<void> {
    await this.removeAll(userId);
    const createdAt = this.clock.now();
    await this.database.manager.insert(
      BackupCode,
      hashes.map((codeHash) => ({ id: newId(), userId, codeHash, createdAt })),
    );
  }

  /**
   * @param code upper case, without hyphen
   * @returns the id of the stored code; null when there is none like it
   */
  async find(userId: string, code: string): Promise<string | null> {
    if (code.length !== LENGTH) return null;
    const stored = await this.database.query<{ id: string; codeHash: string }>(
      'select id, code_hash as "codeHash" from backup_code where user_id = $1',
      [userId],
    );
    const matches = await Promise.all(stored.map(({ codeHash }) => matchesShortCode(code, codeHash)));
    return stored.find((_, index) => matches[index])?.id ?? null;
  }

  /**
   * Uses a code up, in the transaction at hand.
   *
   * @returns how many are left; null when another sign-in was faster
   */
  async use(userId: string, id: string): Promise<number | null> {
    if ((await this.database.execute('delete from backup_code where id = $1', [id])) === 0) return null;
    const [left] = await this.database.query<{ count: number }>(
      'select count(*)::int as count from backup_code where user_id = $1',
      [userId],
    );
    return left!.count;
  }

  async removeAll(userId: string): Promise<void> {
    await this.database.query('delete from backup_code where user_id = $1', [userId]);
  }
}

const randomCode = (): string => Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

const printed = (code: string): string => `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
