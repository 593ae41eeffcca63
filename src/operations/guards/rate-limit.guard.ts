import { DomainError, GenericErrors } from '../../infrastructure/errors.js';
import {
  parseRateLimit, rateLimitHeaders, rateLimitKeyForIp, type RateLimiter, type RateLimitOutcome, type RateLimitPolicy,
} from '../../infrastructure/rate-limit/rate-limiter.js';
import type { OperationDefinition } from '../declaration.js';
import type { Check, GuardedCall } from '../guard-chain.js';

const GLOBAL: RateLimitPolicy = { name: 'global', ...parseRateLimit('300/minute') };

/** Finds the session family of a genuine refresh token; null for any other text. */
export type FamilyOfRefreshToken = (token: string) => Promise<string | null>;

/**
 * Counts the call for its operation and for the global limit: by user with a bearer, else by address (IPv6 by /64). Each
 * GraphQL alias and batch entry counts one. The headers tell the tightest policy.
 */
export function rateLimitGuard(limiter: RateLimiter, familyOf: FamilyOfRefreshToken, enabled: boolean): Check {
  const policies = new Map<OperationDefinition, RateLimitPolicy[]>();
  const policiesOf = (definition: OperationDefinition) => {
    let found = policies.get(definition);
    if (!found) {
      const own = definition.rateLimit && { name: definition.rateLimitName ?? definition.name, ...parseRateLimit(definition.rateLimit) };
      policies.set(definition, (found = own ? [own, GLOBAL] : [GLOBAL]));
    }
    return found;
  };
  const keyOf = async ({ definition, context, args }: GuardedCall) => {
    if (context.viewer && definition.access !== 'public') return `user:${context.viewer.userId}`;
    if (definition.rateLimitBy === 'session') {
      const raw = context.surface === 'rest' ? (context.restArguments ?? {}) : args;
      const token = context.credentials.refreshCookie ?? raw.refreshToken;
      const family = typeof token === 'string' ? await familyOf(token) : null;
      if (family) return `session:${family}`;
    }
    return `ip:${rateLimitKeyForIp(context.client.ip)}`;
  };

  return async (call) => {
    if (!enabled) return;
    const key = await keyOf(call);
    const outcomes = await Promise.all(policiesOf(call.definition).map((policy) => limiter.consume(policy, key)));
    const tightest = outcomes.reduce(tighter);
    const headers = rateLimitHeaders(tightest);
    for (const [name, value] of Object.entries(headers)) call.context.response.setHeader(name, value);
    if (!tightest.allowed) throw new DomainError(GenericErrors.tooManyRequests, { retryAfterSeconds: tightest.resetSeconds }, { headers });
  };
}

/** The policy that ends the caller's calls first: a refused one, else the one with the smaller share left. */
function tighter(a: RateLimitOutcome, b: RateLimitOutcome): RateLimitOutcome {
  if (a.allowed !== b.allowed) return a.allowed ? b : a;
  return a.remaining / a.limit <= b.remaining / b.limit ? a : b;
}
