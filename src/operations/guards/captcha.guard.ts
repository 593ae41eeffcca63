import { DomainError } from '../../infrastructure/errors.js';
import { CaptchaErrors } from '../../services/auth/auth.errors.js';
import type { Check } from '../guard-chain.js';

/** Answers whether a widget token proves a person; always true while captchas are switched off. */
export interface CaptchaVerifier {
  verify(token: string | null, ip: string): Promise<boolean>;
}

const MAX_TOKEN_LENGTH = 4096;

/** Checks `captchaToken`, or its deprecated alias `turnstileToken`, before any other argument is looked at. */
export function captchaGuard(captcha: CaptchaVerifier): Check {
  return async ({ context, args }) => {
    const raw = context.surface === 'rest' ? (context.restArguments ?? {}) : args;
    const token = raw.captchaToken ?? raw.turnstileToken;
    const usable = typeof token === 'string' && token.length > 0 && token.length <= MAX_TOKEN_LENGTH ? token : null;
    if (!(await captcha.verify(usable, context.client.ip))) throw new DomainError(CaptchaErrors.invalid);
  };
}
