import { isEmail, registerDecorator, type ValidationOptions } from 'class-validator';
import { hasUnsafeCharacters, SAFE_TEXT_PATTERN } from '../../infrastructure/plain-text.js';

/** Keywords of JSON Schema that say what a rule says, as far as they can; none for a rule that only prose can tell. */
type RuleSchema = Readonly<Record<string, unknown>>;

/**
 * Declares a rule of our own.
 *
 * @param name the `rule` of a violation and the key of its text
 * @param schema what the OpenAPI documents show of the rule; they find it as the constraint of the validation
 */
function rule(
  name: string,
  accepts: (value: unknown) => boolean,
  schema: RuleSchema,
  options?: ValidationOptions,
): PropertyDecorator {
  return (target, property) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(property),
      constraints: [{ jsonSchema: schema }],
      options: { message: name, ...options },
      validator: { validate: accepts },
    });
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** The password policy: 8-128 characters with an upper-case letter, a lower-case letter and a digit. Never trimmed. */
export function IsNewPassword(): PropertyDecorator {
  const rules = [
    rule('password_length', (value) => isText(value) && value.length >= 8 && value.length <= 128, {
      format: 'password',
      minLength: 8,
      maxLength: 128,
    }),
    // Letters of any script: a pattern could say so only to readers that compile it for Unicode.
    rule('password_uppercase', (value) => isText(value) && /\p{Lu}/u.test(value), {}),
    rule('password_lowercase', (value) => isText(value) && /\p{Ll}/u.test(value), {}),
    rule('password_digit', (value) => isText(value) && /\d/.test(value), { pattern: String.raw`\d` }),
  ];
  return (target, property) => rules.forEach((apply) => apply(target, property));
}

/** Text without control and bidirectional override characters. */
export const HasSafeCharacters = (): PropertyDecorator =>
  rule('unsafe_characters', (value) => isText(value) && !hasUnsafeCharacters(value), { pattern: SAFE_TEXT_PATTERN });

/** A length in characters after trimming. */
export const TrimmedLength = (min: number, max: number): PropertyDecorator =>
  rule('isLength', (value) => isText(value) && value.trim().length >= min && value.trim().length <= max, {
    minLength: min,
    maxLength: max,
  });

/** An email address of at most 254 characters; spaces around it do not count. */
export const IsEmailAddress = (): PropertyDecorator =>
  rule('isEmail', (value) => isText(value) && value.trim().length <= 254 && isEmail(value.trim()), {
    format: 'email',
    maxLength: 254,
  });

/** A http or https URL of at most 2048 characters. */
export const IsWebUrl = (): PropertyDecorator =>
  rule(
    'isUrl',
    (value) => {
      if (!isText(value) || value.length > 2048) return false;
      const url = URL.parse(value);
      return url?.protocol === 'http:' || url?.protocol === 'https:';
    },
    { format: 'uri', maxLength: 2048, pattern: '^[Hh][Tt][Tt][Pp][Ss]?:' },
  );
