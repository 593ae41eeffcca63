import {
  coerceInputValue, getNamedType, isEnumType, isListType, isNonNullType, isScalarType,
  type GraphQLArgument, type GraphQLInputType, type GraphQLSchema,
} from 'graphql';
import { DomainError, GenericErrors, type FieldViolation } from '../infrastructure/errors.js';

/** Arguments of each operation in the full schema, by the name of the field. */
const argumentsByOperation = new Map<string, readonly GraphQLArgument[]>();
const stringSources = new Set<string>();

/** Remembers the arguments of the root fields; called once with the full schema. */
export function registerRestArguments(schema: GraphQLSchema): void {
  const query = schema.getQueryType()?.getFields() ?? {};
  const mutation = schema.getMutationType()?.getFields() ?? {};
  for (const field of Object.values({ ...query, ...mutation })) argumentsByOperation.set(field.name, field.args);
  for (const name of Object.keys(query)) stringSources.add(name);
}

export function argumentNames(operation: string): string[] {
  return (argumentsByOperation.get(operation) ?? []).map((argument) => argument.name);
}

/**
 * Turns the raw values of a REST call into the arguments of the GraphQL field, by the types of the schema. Unknown names
 * are ignored; an explicit null stays one. Query and path values come as text and are read as the type asks.
 *
 * @throws DomainError `error.validation` with every field that is missing or of the wrong type.
 */
export function coerceRestArguments(operation: string, raw: Record<string, unknown>): Record<string, unknown> {
  const violations: FieldViolation[] = [];
  const coerced: Record<string, unknown> = {};
  for (const argument of argumentsByOperation.get(operation) ?? []) {
    const given = Object.hasOwn(raw, argument.name) ? raw[argument.name] : undefined;
    if (given === undefined) {
      if (argument.defaultValue !== undefined) coerced[argument.name] = argument.defaultValue;
      else if (isNonNullType(argument.type)) violations.push(violation(argument.name, 'required'));
      continue;
    }
    if (given === null && isNonNullType(argument.type)) {
      violations.push(violation(argument.name, 'required'));
      continue;
    }
    const value = stringSources.has(operation) ? fromText(given, argument.type) : given;
    let broken = false;
    const result: unknown = coerceInputValue(value, argument.type, () => (broken = true));
    if (broken) violations.push(violation(argument.name, isEnumType(getNamedType(argument.type)) ? 'isIn' : 'type'));
    else coerced[argument.name] = result;
  }
  if (violations.length > 0) throw new DomainError(GenericErrors.validation, violations);
  return coerced;
}

/** The message is filled in when the error is presented, in the locale of the caller. */
const violation = (field: string, rule: string): FieldViolation => ({ field, rule, message: '' });

function fromText(value: unknown, type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return fromText(value, type.ofType);
  if (isListType(type)) return (Array.isArray(value) ? value : [value]).map((item) => fromText(item, type.ofType));
  if (typeof value !== 'string' || !isScalarType(type)) return value;
  if (type.name === 'Int' && /^-?\d{1,10}$/.test(value)) return Number(value);
  if (type.name === 'Boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
