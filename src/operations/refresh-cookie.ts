import type { ResponseEffects } from './response-effects.js';

export const REFRESH_COOKIE = 'biore_refresh';

/** Sets and clears the cookie that carries the refresh token; it is the only place the token travels in. */
export class RefreshCookie {
  /** @param domain host-only when undefined, as on a laptop */
  constructor(private readonly domain: string | undefined) {}

  set(response: ResponseEffects, token: string, maxAgeSeconds: number): void {
    response.setCookie(REFRESH_COOKIE, this.serialize(token, maxAgeSeconds));
  }

  clear(response: ResponseEffects): void {
    response.setCookie(REFRESH_COOKIE, this.serialize('', 0));
  }

  private serialize(token: string, maxAge: number): string {
    const domain = this.domain ? `; Domain=${this.domain}` : '';
    return `${REFRESH_COOKIE}=${token}; HttpOnly; Secure; SameSite=Strict${domain}; Path=/; Max-Age=${maxAge}`;
  }
}
