import { authenticationGuard, liveSessionGuard, stepUpGuard } from '../operations/guards/authentication.guard.js';
import { captchaGuard, type CaptchaVerifier } from '../operations/guards/captcha.guard.js';
import { Idempotency } from '../operations/guards/idempotency.guard.js';
import { killSwitchGuard } from '../operations/guards/kill-switch.guard.js';
import { permissionGuard } from '../operations/guards/permission.guard.js';
import { rateLimitGuard } from '../operations/guards/rate-limit.guard.js';
import { GuardChain } from '../operations/guard-chain.js';
import { observeOperations } from '../operations/observe.js';
import type { Foundation, Infrastructure } from './infrastructure.js';
import type { Services } from './services.js';

/** The guards of every operation. */
export function buildGuards({ env, clock }: Foundation, { database, metrics, rateLimiter, settings }: Infrastructure, services: Services, captcha: CaptchaVerifier) {
  const { authentication, sessions } = services;
  const idempotency = new Idempotency(database, authentication, clock, env.refreshTokenKey);
  const familyOf = async (token: string) => (await sessions.familyOfToken(token))?.familyId ?? null;
  return new GuardChain({
    killSwitch: killSwitchGuard(settings),
    authentication: authenticationGuard(authentication),
    permission: permissionGuard(settings),
    liveSession: liveSessionGuard(authentication),
    stepUp: stepUpGuard(authentication),
    rateLimit: rateLimitGuard(rateLimiter, familyOf, env.RATE_LIMITS),
    captcha: captchaGuard(captcha),
    idempotency: idempotency.guard,
    replay: idempotency.replay,
    observe: observeOperations(metrics),
  });
}
