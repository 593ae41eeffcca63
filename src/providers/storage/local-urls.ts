import type { Clock } from '../../infrastructure/clock.js';
import { equalsInConstantTime, hmacSha256 } from '../../infrastructure/crypto/hash.js';
import type { DownloadRules, UploadRules } from './storage-provider.js';

/** The query string of a signed URL, as it came in. */
export type SignedQuery = Readonly<Record<string, unknown>>;

/** Signed URLs of this server: `GET /files/<key>` and `PUT /uploads/<key>`. All that a URL allows is under its HMAC. */
export class LocalUrls {
  /** @param baseUrl - where clients reach this server, without a trailing slash */
  constructor(
    private readonly baseUrl: string,
    private readonly signingKey: string,
    private readonly clock: Clock,
  ) {}

  download(key: string, { expiresAt, filename }: DownloadRules): string {
    const expires = secondsOf(expiresAt);
    const query = new URLSearchParams({ expires, ...(filename === undefined ? {} : { filename }) });
    query.set('signature', this.sign('GET', key, expires, filename ?? ''));
    return `${this.baseUrl}/files/${key}?${query}`;
  }

  upload(key: string, { contentType, maxBytes, expiresAt }: UploadRules): string {
    const expires = secondsOf(expiresAt);
    const query = new URLSearchParams({ expires, maxBytes: String(maxBytes) });
    query.set('signature', this.sign('PUT', key, expires, contentType, String(maxBytes)));
    return `${this.baseUrl}/uploads/${key}?${query}`;
  }

  /** True when the query was signed for reading this key and has not expired. */
  allowsDownload(key: string, query: SignedQuery): boolean {
    const { expires, filename = '', signature } = query;
    return this.isLive(expires) && this.isSigned(signature, 'GET', key, expires, filename);
  }

  /** What the query allows to upload under this key with this Content-Type, null when nothing. */
  allowedUpload(key: string, contentType: string, query: SignedQuery): { maxBytes: number } | null {
    const { expires, maxBytes, signature } = query;
    const allowed = this.isLive(expires) && this.isSigned(signature, 'PUT', key, expires, contentType, maxBytes);
    return allowed ? { maxBytes: Number(maxBytes) } : null;
  }

  private isLive(expires: unknown): boolean {
    return Number(expires) * 1_000 > this.clock.now().getTime();
  }

  /** A parameter that came twice is an array and fits no signature. */
  private isSigned(signature: unknown, ...parts: unknown[]): boolean {
    return typeof signature === 'string' && equalsInConstantTime(signature, this.sign(...parts));
  }

  private sign(...parts: unknown[]): string {
    return hmacSha256(this.signingKey, JSON.stringify(parts));
  }
}

const secondsOf = (date: Date): string => String(Math.floor(date.getTime() / 1_000));
