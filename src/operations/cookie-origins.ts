import { DomainError, GenericErrors } from '../infrastructure/errors.js';
import type { RequestContext } from './request-context.js';

/**
 * Guards calls that the refresh cookie authenticates against pages of other origins (CSRF), beside `SameSite=Strict`. A
 * call without an Origin comes from no page.
 */
export class CookieOrigins {
  private readonly allowed: ReadonlySet<string>;

  constructor(allowedOrigins: readonly string[]) {
    this.allowed = new Set(allowedOrigins);
  }

  /** The refresh cookie of a call, null when none came. @throws DomainError `error.forbidden` when it came with a foreign Origin */
  trustedCookie({ client, credentials }: RequestContext): string | null {
    const foreign = client.origin !== null && !this.allowed.has(client.origin);
    if (credentials.refreshCookie !== null && foreign) throw new DomainError(GenericErrors.forbidden);
    return credentials.refreshCookie;
  }
}
