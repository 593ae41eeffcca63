import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import { knownErrors } from '../../infrastructure/errors.js';
import { isGraphOnly, operationOf, type OperationDefinition } from '../declaration.js';
import { callableFields, pathParameters, servedOperations } from '../served-operations.js';
import type { Documentation } from './documentation.js';
import { MODULES } from './modules.js';

export interface OperationsToCheck {
  /** What the resolver files have declared. */
  operations: readonly OperationDefinition[];
  /** The full schema, with its descriptions. */
  schema: GraphQLSchema;
  documentation: Documentation;
  /** Whether an error has a text for clients. */
  hasErrorText(key: string): boolean;
}

/** The declarations cannot be served; the message has one line a problem. */
export class InvalidOperations extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The operations cannot be served:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'InvalidOperations';
  }
}

/**
 * Refuses to start with an operation that is not fully declared and documented, or a schema with anything undescribed.
 *
 * @throws InvalidOperations with every problem
 */
export function checkOperations({ operations, schema, documentation, hasErrorText }: OperationsToCheck): void {
  const fields = new Map(servedOperations(schema).map(({ definition, field }) => [definition, field]));
  const problems = [
    ...operations.flatMap((definition) => [
      ...declarationProblems(definition),
      ...documentationProblems(definition, documentation),
      ...argumentProblems(definition, fields.get(definition)),
    ]),
    ...duplicates(operations.map(({ name }) => name)).map((name) => `${name}: two operations have this name`),
    ...duplicates(operations.map(routeOf)).map((route) => `${route}: two operations have this route`),
    ...undeclaredFields(schema),
    ...descriptionProblems(schema),
    ...documentation
      .sharedNames()
      .map(
        (entries) =>
          `${entries[0]!.symbol}: declared in ${entries.map(({ source }) => source).join(' and ')}; TSDoc is found by the name of the class`,
      ),
    ...[...knownErrors.keys()]
      .filter((key) => !hasErrorText(key))
      .map((key) => `${key}: an error without a text in locales/en/errors.json`),
  ];
  if (problems.length > 0) throw new InvalidOperations([...new Set(problems)]);
}

const ROUTE = /^(GET|POST|PUT|PATCH|DELETE) (\/(:[A-Za-z]\w*|[a-z0-9][a-z0-9.-]*))+$/;
const ACCESS: readonly unknown[] = ['public', 'optional', 'user', 'creator'];

function declarationProblems({ symbol, rest, access }: OperationDefinition): string[] {
  const hasAccess =
    ACCESS.includes(access) || (typeof access === 'object' && access !== null && Boolean(access.permission));
  return [
    ...(hasAccess ? [] : [`${symbol}: no access rule`]),
    ...(ROUTE.test(rest ?? '') ? [] : [`${symbol}: no REST method and path such as 'GET /users/:id'`]),
  ];
}

function documentationProblems({ symbol, module }: OperationDefinition, documentation: Documentation): string[] {
  const entry = documentation.of(symbol);
  if (!entry?.summary) return [`${symbol}: no TSDoc summary`];
  return [
    ...(entry.effects.length > 0 ? [] : [`${symbol}: no @effect that says what happens`]),
    ...entry.effects
      .filter(({ sources }) => sources.length === 0)
      .map(({ text }) => `${symbol}: the @effect "${text}" cites no code; end it with a {@link}`),
    ...(module && MODULES[module]
      ? []
      : [`${symbol}: the module ${module ?? 'of its file'} is not described in modules.ts`]),
  ];
}

function argumentProblems(
  { symbol, path }: OperationDefinition,
  field: GraphQLField<unknown, unknown> | undefined,
): string[] {
  if (!field) return [`${symbol}: declared, but not part of the schema`];
  const names = new Set(field.args.map(({ name }) => name));
  return pathParameters(path ?? '')
    .filter((name) => !names.has(name))
    .map((name) => `${symbol}: the path parameter ${name} is no argument`);
}

/** `/users/:id` and `/users/:userId` are one route. */
const routeOf = ({ method, path }: OperationDefinition) => `${method} ${(path ?? '').replace(/:\w+/g, ':…')}`;

function duplicates(names: string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

/** A bare `@Query` would run without guards. */
function undeclaredFields(schema: GraphQLSchema): string[] {
  return callableFields(schema)
    .filter(({ extensions }) => !operationOf(extensions) && !isGraphOnly(extensions))
    .map(({ name }) => `${name}: not declared as an operation, so no guard would run`);
}

function descriptionProblems(schema: GraphQLSchema): string[] {
  const missing: string[] = [];
  const look = (at: string, { description }: { description?: string | null }) => {
    if (!description) missing.push(`${at}: no description; write a TSDoc comment`);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    look(type.name, type);
    if (isEnumType(type)) type.getValues().forEach((value) => look(`${type.name}.${value.name}`, value));
    if (isInputObjectType(type))
      Object.values(type.getFields()).forEach((field) => look(`${type.name}.${field.name}`, field));
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      look(`${type.name}.${field.name}`, field);
      field.args.forEach((argument) => look(`${type.name}.${field.name}(${argument.name})`, argument));
    }
  }
  return missing;
}
