import { Resolver } from 'node:dns/promises';
import { domainToASCII } from 'node:url';
import disposableDomains from 'disposable-email-domains' with { type: 'json' };
import { hmacSha256 } from '../../infrastructure/crypto/hash.js';
import type { Database } from '../../infrastructure/database/database.js';
import type { KeyValueStore } from '../../infrastructure/key-value/key-value-store.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { AuthSettings } from './auth.settings.js';

const MX_CACHE_SECONDS = 3600;
const MX_TIMEOUT_MILLISECONDS = 2000;
const DISPOSABLE = new Set<string>(disposableDomains);

/** Looks up the mail servers of a domain; replaced in tests. */
export type ResolveMx = (domain: string) => Promise<Array<{ exchange: string }>>;

const resolver = new Resolver({ timeout: MX_TIMEOUT_MILLISECONDS, tries: 1 });
export const resolveMxByDns: ResolveMx = (domain) => resolver.resolveMx(domain);

/** Trimmed, lower-cased, NFC, domain in punycode; no other folding. */
export function normalizeEmail(address: string): string {
  const text = address.trim().normalize('NFC').toLowerCase();
  const at = text.lastIndexOf('@');
  const domain = domainToASCII(text.slice(at + 1));
  return domain ? `${text.slice(0, at)}@${domain}` : text;
}

/** Which addresses may be registered, and which were used by accounts that are gone. */
export class EmailAddresses {
  constructor(
    private readonly database: Database,
    private readonly store: KeyValueStore,
    private readonly settings: Settings,
    private readonly resolveMx: ResolveMx,
    private readonly tombstoneKey: string,
  ) {}

  isDisposable(email: string): boolean {
    const domain = domainOf(email);
    const extra = this.settings.get(AuthSettings.disposableDomainsExtra);
    return parentDomains(domain).some((candidate) => DISPOSABLE.has(candidate) || extra.includes(candidate));
  }

  /** False when DNS says that the domain takes no mail; an unanswered question lets the address pass. */
  async acceptsMail(email: string): Promise<boolean> {
    if (!this.settings.get(AuthSettings.emailMxCheckEnabled)) return true;
    const domain = domainOf(email);
    const key = `mx:${domain}`;
    const cached = await this.store.get(key);
    if (cached !== null) return cached === 'yes';
    const accepts = await this.lookUp(domain);
    await this.store.set(key, accepts ? 'yes' : 'no', MX_CACHE_SECONDS);
    return accepts;
  }

  /** Keyed hash under which an address is known without being stored. */
  hash(email: string): string {
    return hmacSha256(this.tombstoneKey, email);
  }

  /** True for the address of an erased account that cannot be used again yet. */
  async isTombstoned(email: string, now: Date): Promise<boolean> {
    const rows = await this.database.query('select 1 from email_tombstone where email_hash = $1 and (expires_at is null or expires_at > $2)', [
      this.hash(email), now,
    ]);
    return rows.length > 0;
  }

  /** RFC 7505: a single "." as exchange says that the domain takes no mail. */
  private async lookUp(domain: string): Promise<boolean> {
    try {
      const records = await this.resolveMx(domain);
      return records.some(({ exchange }) => exchange !== '' && exchange !== '.');
    } catch (error) {
      const code = (error as { code?: string }).code;
      return code !== 'ENOTFOUND' && code !== 'ENODATA';
    }
  }
}

const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1);

/** `a.b.example.com` also counts as `b.example.com` and `example.com`. */
function parentDomains(domain: string): string[] {
  const labels = domain.split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
}
