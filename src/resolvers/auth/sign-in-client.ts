import type { RequestContext } from '../../operations/request-context.js';
import type { SignInClient } from '../../services/auth/sign-in.service.js';

/** The caller of a sign-in, out of the context of its request. */
export function signInClient({ client, credentials }: RequestContext): SignInClient {
  return {
    ip: client.ip,
    userAgent: client.userAgent,
    country: client.country,
    refreshCookie: credentials.refreshCookie,
  };
}
