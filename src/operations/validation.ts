import { getMetadataStorage, validate, type ValidationError } from 'class-validator';
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
  const violations = [...unstorable(argument), ...errors.flatMap((error) => violationsOf(argument, error, ''))];
  if (violations.length > 0) throw new DomainError(GenericErrors.validation, violations);
}

/** PostgreSQL stores no NUL character, so no field may hold one, whatever its own rules say. */
function unstorable(argument: object): FieldViolation[] {
  return Object.entries(argument)
    .filter(([, value]) => holdsNul(value))
    .map(([field]) => ({ field, rule: 'unsafe_characters', message: 'a NUL character' }));
}

function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\u0000');
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(([key, item]) => holdsNul(key) || holdsNul(item));
}

function violationsOf(target: object, error: ValidationError, prefix: string): FieldViolation[] {
  const field = prefix + error.property;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    field,
    rule,
    message,
    params: boundsOf(target, error.property, rule),
  }));
  const nested = (target as Record<string, unknown>)[error.property];
  const children = nested === null || typeof nested !== 'object' ? [] : (error.children ?? []);
  return [...own, ...children.flatMap((child) => violationsOf(nested as object, child, `${field}.`))];
}

/** The bounds that a rule was declared with, under the names that its text uses. */
function boundsOf(target: object, property: string, rule: string): Record<string, number> | undefined {
  const declared = getMetadataStorage()
    .getTargetValidationMetadatas(target.constructor, '', false, false)
    .find((metadata) => metadata.propertyName === property && metadata.name === rule);
  const constraints: unknown[] = declared?.constraints ?? [];
  // A rule of our own brings the keywords of its JSON Schema along.
  const { minLength, maxLength } = (constraints[0] as { jsonSchema?: Record<string, unknown> } | undefined)?.jsonSchema ?? {};
  const [first, second] = minLength === undefined && maxLength === undefined ? constraints : [minLength, maxLength];
  const bounds = rule.startsWith('max') || rule.endsWith('MaxSize') ? { max: first } : { min: first, max: second };
  return Object.fromEntries(Object.entries(bounds).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}
