import type { JsonSchema } from './json-schema.js';

const BY_FORMAT: Record<string, string> = {
  uuid: '01932b6e-7c1a-7d4e-9f3b-2a5c8e6d1f04',
  'date-time': '2026-01-15T12:00:00.000Z',
  date: '2026-01-15',
  email: 'ada@example.com',
  uri: 'https://example.com/ada',
  password: 'Correct-horse-7',
};

/** What a text probably holds, by the name of its field; the first match counts. */
const BY_NAME: readonly (readonly [RegExp, string])[] = [
  [/email$/i, 'ada@example.com'],
  [/ur[il]$/i, 'https://example.com/ada'],
  [/password/i, 'Correct-horse-7'],
  [/display_?name|^name$/i, 'Ada Lovelace'],
  [/username|handle|slug/i, 'ada'],
  [/locale|language/i, 'en'],
  [/currency/i, 'USD'],
  [/country/i, 'GB'],
  [/phone/i, '+442071838750'],
  [/time_?zone/i, 'Europe/London'],
  [/colou?r/i, '#1a2b3c'],
  [/amount|price|balance|total|fee/i, '25.00'],
  [/^utm_?medium/i, 'email'],
  [/^utm/i, 'newsletter'],
  [/landing_?page/i, '/ada'],
  [/code$/i, '123456'],
  [/token|cursor|secret|signature/i, 'c2FtcGxlLXRva2Vu'],
  [/^ip$|address/i, '203.0.113.7'],
  [/user_?agent/i, 'Mozilla/5.0'],
  [/title|subject/i, 'A question about your work'],
  [/body|text|message|content|description|bio|reason|note|comment/i, 'Thank you for your work.'],
];

/** Numbers that say more than 1. */
const NUMBERS_BY_NAME: readonly (readonly [RegExp, number])[] = [
  [/expires_?in|seconds/i, 900],
  [/^limit$/i, 20],
  [/amount|price|balance/i, 25],
];

/** Tried in this order where a pattern or length refuses the text that the name suggests. */
const SAMPLES = [
  'sample',
  'ada',
  'SAMPLE',
  '25.00',
  '123456',
  '2026-01-15',
  '12:30',
  'GB',
  'USD',
  '#1a2b3c',
  '+442071838750',
  'https://example.com/ada',
  '1',
];

/**
 * An example that fits a schema; the same one every time. What TSDoc gives as `@example` comes first.
 *
 * @param components schemas that references lead to
 * @param name of the property or parameter, a hint at what a text holds
 * @param open references that the example stands in; a type inside itself ends with null or an empty list
 */
export function exampleOf(
  schema: JsonSchema,
  components: Readonly<Record<string, JsonSchema>>,
  name = '',
  open: readonly string[] = [],
): unknown {
  if (schema.examples) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.$ref) {
    if (open.includes(schema.$ref)) return null;
    const target = components[schema.$ref.split('/').at(-1)!] ?? {};
    return exampleOf(target, components, name, [...open, schema.$ref]);
  }
  const isOpen = ({ $ref }: JsonSchema) => $ref !== undefined && open.includes($ref);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) {
    const first = alternatives.find((alternative) => !isOpen(alternative)) ?? {};
    return exampleOf(first, components, name, open);
  }
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return Object.fromEntries(
        shownProperties(schema).map(([property, inner]) => [property, exampleOf(inner, components, property, open)]),
      );
    case 'array':
      return isOpen(schema.items ?? {})
        ? []
        : [exampleOf(schema.items ?? {}, components, name.replace(/s$/, ''), open)];
    case 'string':
      return textFor(schema, name);
    case 'integer':
    case 'number':
      return numberFor(schema, name);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return {};
  }
}

/** A deprecated property is left out where it may be. */
function shownProperties({ properties = {}, required = [] }: JsonSchema): [string, JsonSchema][] {
  return Object.entries(properties).filter(([name, { deprecated }]) => !deprecated || required.includes(name));
}

function textFor(schema: JsonSchema, name: string): string {
  const suggested = BY_FORMAT[schema.format ?? ''] ?? BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? 'sample';
  return (
    [suggested, ...SAMPLES].find((text) => fits(text, schema)) ??
    suggested.padEnd(schema.minLength ?? 0, '.').slice(0, schema.maxLength)
  );
}

function fits(text: string, { pattern, minLength = 0, maxLength = Infinity, not, allOf = [] }: JsonSchema): boolean {
  if (text.length < minLength || text.length > maxLength || not?.enum?.includes(text)) return false;
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(text)) return false;
  return allOf.every((part) => fits(text, part));
}

function numberFor(
  { minimum, maximum = Infinity, exclusiveMinimum, multipleOf = 1 }: JsonSchema,
  name: string,
): number {
  const suggested = NUMBERS_BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? multipleOf;
  const least = minimum ?? (exclusiveMinimum === undefined ? -Infinity : exclusiveMinimum + multipleOf);
  return Math.min(Math.max(suggested, least), maximum);
}
