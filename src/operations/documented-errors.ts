import { GenericErrors, type ErrorDefinition } from '../infrastructure/errors.js';
import { StaffErrors } from '../services/admin/staff.errors.js';
import { KILL_SWITCHES } from '../services/admin/kill-switches.js';
import { CaptchaErrors, StepUpErrors } from '../services/auth/auth.errors.js';
import type { OperationDefinition } from './declaration.js';

/**
 * Every failure that the documents list for an operation: those it declares and those that follow from its guards, each
 * status and key once, by status. What any operation may answer besides (`error.internal`, `error.payload_too_large`, …)
 * is not repeated.
 *
 * @param refusesArguments whether an argument can break a rule
 */
export function documentedErrors(definition: OperationDefinition, refusesArguments: boolean): ErrorDefinition[] {
  const errors = [...(definition.errors ?? []), ...derivedErrors(definition, refusesArguments)];
  const unique = new Map(errors.toReversed().map((error) => [`${error.status} ${error.key}`, error]));
  return [...unique.values()].reverse().sort((a, b) => a.status - b.status);
}

function derivedErrors(
  { access, captcha, idempotent, killSwitch, rateLimit, stepUp }: OperationDefinition,
  refusesArguments: boolean,
): ErrorDefinition[] {
  return [
    killSwitch && KILL_SWITCHES[killSwitch].answer,
    access !== 'public' && GenericErrors.unauthorized,
    typeof access === 'object' && [GenericErrors.forbidden, StaffErrors.twoFactorRequired],
    stepUp && StepUpErrors.required,
    {
      ...GenericErrors.tooManyRequests,
      when: rateLimit ? `more calls than ${rateLimit}` : 'more calls than 300/minute over all operations',
    },
    captcha && CaptchaErrors.invalid,
    idempotent && [GenericErrors.idempotencyMismatch, GenericErrors.idempotencyInProgress],
    (refusesArguments || idempotent) && GenericErrors.validation,
  ]
    .flat()
    .filter((error) => typeof error === 'object' && error !== null);
}
