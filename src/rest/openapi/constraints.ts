import { getMetadataStorage, ValidationTypes } from 'class-validator';
import type { ClassMember } from '../../operations/documentation/graphql-classes.js';
import { merged, type JsonSchema } from './json-schema.js';

/** What the validation rules of a property say. */
export interface PropertyRules {
  /** Keywords beside those of the type. */
  schema: JsonSchema;
  /** Keywords of each item, for a list. */
  items: JsonSchema;
  /** False when null is refused even where the type allows it, so that the field may be left out but not cleared. */
  acceptsNull: boolean;
  /** Whether there is anything to break. */
  any: boolean;
}

type Converter = JsonSchema | ((...constraints: never[]) => JsonSchema);

const lengths = (minLength: number, maxLength?: number): JsonSchema => ({
  minLength,
  ...(maxLength !== undefined && { maxLength }),
});

/** The rules of class-validator in words of JSON Schema; an empty one is said by the type already, or by prose alone. */
const RULES: Record<string, Converter> = {
  isDefined: {},
  isString: {},
  isBoolean: {},
  isInt: {},
  isNumber: {},
  isArray: {},
  isObject: {},
  isEnum: {},
  isNotEmpty: { minLength: 1 },
  equals: (value: unknown) => ({ const: value }),
  isIn: (values: unknown[]) => ({ enum: [...values] }),
  isNotIn: (values: unknown[]) => ({ not: { enum: [...values] } }),
  isLength: lengths,
  minLength: lengths,
  maxLength: (maxLength: number) => ({ maxLength }),
  matches: ({ source }: RegExp) => ({ pattern: source }),
  min: (minimum: number) => ({ minimum }),
  max: (maximum: number) => ({ maximum }),
  isPositive: { exclusiveMinimum: 0 },
  isNegative: { exclusiveMaximum: 0 },
  isDivisibleBy: (multipleOf: number) => ({ multipleOf }),
  arrayNotEmpty: { minItems: 1 },
  arrayMinSize: (minItems: number) => ({ minItems }),
  arrayMaxSize: (maxItems: number) => ({ maxItems }),
  arrayUnique: { uniqueItems: true },
  isEmail: { format: 'email' },
  isUuid: { format: 'uuid' },
  isUrl: { format: 'uri' },
  isIso8601: { format: 'date-time' },
  isDateString: { format: 'date-time' },
  minDate: {},
  maxDate: {},
  isPhoneNumber: { pattern: String.raw`^\+[1-9]\d{6,14}$` },
  isISO31661Alpha2: { pattern: '^[A-Za-z]{2}$' },
  isISO4217CurrencyCode: { pattern: '^[A-Za-z]{3}$' },
  isHexColor: { pattern: '^#?([0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$' },
  isMilitaryTime: { pattern: String.raw`^([01]\d|2[0-3]):[0-5]\d$` },
  isNumberString: { pattern: String.raw`^[+-]?\d+(\.\d+)?$` },
  isDecimal: { pattern: String.raw`^[+-]?\d+(\.\d+)?$` },
  isBase64: {},
  isIp: {},
  isJson: {},
  isLocale: {},
  isTimeZone: {},
};

/**
 * Reads the rules of a property out of class-validator's metadata. A rule of our own brings its keywords along, see
 * `src/resolvers/shared/validators.ts`.
 *
 * @throws Error when a rule has no keywords: the documents would not tell it
 */
export function rulesOf({ target, member }: ClassMember): PropertyRules {
  const metadata = metadataOf(target).get(member) ?? [];
  const rules = metadata.filter(({ type }) => type === ValidationTypes.CUSTOM_VALIDATION);
  const isConditional = metadata.some(({ type }) => type === ValidationTypes.CONDITIONAL_VALIDATION);
  const keywords = (each: boolean) =>
    rules
      .filter((rule) => Boolean(rule.each) === each)
      .map(({ name = '', constraints = [] }) => keywordsOf(name, constraints, `${target.name}.${member}`))
      .reduce(merged, {});
  return {
    schema: keywords(false),
    items: keywords(true),
    acceptsNull: isConditional || rules.length === 0,
    any: rules.length > 0,
  };
}

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>;

const metadataByClass = new WeakMap<Function, Map<string, Metadata>>();

/** The rules of a class by property. Kept, since class-validator looks through every class for each answer. */
function metadataOf(target: Function): Map<string, Metadata> {
  let found = metadataByClass.get(target);
  if (!found) {
    const all = getMetadataStorage().getTargetValidationMetadatas(target, '', false, false);
    found = Map.groupBy(all, ({ propertyName }) => propertyName);
    metadataByClass.set(target, found);
  }
  return found;
}

function keywordsOf(name: string, constraints: unknown[], property: string): JsonSchema {
  const own = (constraints[0] as { jsonSchema?: JsonSchema } | undefined)?.jsonSchema;
  const converter = own ?? RULES[name];
  if (converter === undefined) throw new Error(`the rule ${name} of ${property} is not described in constraints.ts`);
  return typeof converter === 'function' ? converter(...(constraints as never[])) : converter;
}
