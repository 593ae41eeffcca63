import { DomainError, GenericErrors } from '../../infrastructure/errors.js';
import { currentRequestScope } from '../../infrastructure/request-scope.js';
import type { Authentication } from '../../services/auth/authentication.js';
import type { Check } from '../guard-chain.js';
import { localeOf } from '../request-context.js';

/** Finds out who calls. A bearer that is sent and not good is refused, also where none is needed. */
export function authenticationGuard(authentication: Authentication): Check {
  return async ({ definition, context }) => {
    const { bearer } = context.credentials;
    if (bearer === null) {
      if (definition.access === 'optional') return;
      throw new DomainError(GenericErrors.unauthorized);
    }
    if (definition.authentication === 'appeal') {
      context.viewer = await authentication.authenticateForAppeal(bearer);
    } else {
      context.authentication ??= authentication.authenticate(bearer);
      context.viewer = await context.authentication;
    }
    // From here on errors speak the caller's language.
    const scope = currentRequestScope();
    if (scope) scope.locale = localeOf(context);
  };
}

/** The session of the access token must not have ended; reads trust the token until it expires, writes do not. */
export function liveSessionGuard(authentication: Authentication): Check {
  return ({ context }) => (context.viewer ? authentication.requireLiveSession(context.viewer) : undefined);
}

/** The sign-in must be recent. */
export function stepUpGuard(authentication: Authentication): Check {
  return ({ context }) => {
    if (context.viewer) authentication.requireRecentSignIn(context.viewer);
  };
}
