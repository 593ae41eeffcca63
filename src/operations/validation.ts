import { validate, type ValidationError } from 'class-validator';
import { DomainError, GenericErrors, type FieldViolation } from '../infrastructure/errors.js';

/**
 * Checks an arguments object against the rules on its class. A field that was not sent is not checked; an explicit null
 * is, unless the field is optional and may be cleared.
 *
 * @throws DomainError `error.validation` with field and rule of each violation and never the value, which may be a secret.
 */
export async function validateArguments(argument: unknown): Promise<void> {
  if (argument === null || typeof argument !== 'object') return;
  const errors = await validate(argument, {
    skipUndefinedProperties: true,
    forbidUnknownValues: false,
    validationError: { target: false, value: false },
  });
  if (errors.length > 0) throw new DomainError(GenericErrors.validation, errors.flatMap((error) => violationsOf(error, '')));
}

function violationsOf(error: ValidationError, prefix: string): FieldViolation[] {
  const field = prefix + error.property;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({ field, rule, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => violationsOf(child, `${field}.`))];
}
