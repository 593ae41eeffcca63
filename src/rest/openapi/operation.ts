import type { OperationDefinition } from '../../operations/declaration.js';
import { documentedErrors } from '../../operations/documented-errors.js';
import { proseOf } from '../../operations/documentation/apply-documentation.js';
import type { Documentation } from '../../operations/documentation/documentation.js';
import type { GraphQLClasses } from '../../operations/documentation/graphql-classes.js';
import type { ServedOperation } from '../../operations/served-operations.js';
import { RequestDescription } from './request.js';
import { errorResponses, successResponse } from './responses.js';
import type { SchemaComponents } from './schema-components.js';

/** What the operations of a document share. */
export interface DocumentContext {
  classes: GraphQLClasses;
  documentation: Documentation;
  components: SchemaComponents;
  /** `components.examples`, filled by the errors that are listed. */
  examples: Record<string, object>;
  /** The English text of an error. */
  errorText(key: string): string;
}

/** `x-auth`: who may call, in one word. */
export function accessName({ access }: OperationDefinition): 'public' | 'optional' | 'user' | 'creator' | 'admin' {
  return typeof access === 'object' ? 'admin' : access;
}

/** The OpenAPI operation of a declared one. */
export function operationObject(served: ServedOperation, context: DocumentContext): object {
  const { definition, field } = served;
  const entry = context.documentation.of(definition.symbol)!;
  const [resolver] = context.classes.membersBehind(definition.kind === 'query' ? 'Query' : 'Mutation', field.name);
  const request = new RequestDescription(
    served,
    resolver ? context.classes.argumentsOf(resolver) : new Map(),
    context.components,
  );
  const errors = documentedErrors(definition, request.refusesArguments);
  const { body } = request;
  return {
    operationId: definition.name,
    summary: firstSentence(entry.summary),
    description: proseOf(entry),
    tags: [definition.module],
    ...(field.deprecationReason && { deprecated: true }),
    security: securityOf(definition),
    parameters: request.parameters,
    ...(body && { requestBody: body }),
    responses: {
      ...successResponse(served, context.components),
      ...errorResponses(errors, context.errorText, context.examples),
    },
    'x-auth': accessName(definition),
    'x-permission': typeof definition.access === 'object' ? definition.access.permission : null,
    'x-rate-limit': definition.rateLimit,
    'x-captcha': definition.captcha ?? false,
    'x-kill-switch': definition.killSwitch ?? null,
    'x-idempotency-key': Boolean(definition.idempotent),
    'x-graphql': `${definition.kind} ${definition.name}`,
    'x-errors': errors.map(({ status, key, when }) => ({ status, key, when })),
    'x-effects': entry.effects.map(({ text }) => text),
    'x-source': [...new Set([entry.source, ...entry.effects.flatMap(({ sources }) => sources)])],
  };
}

function securityOf({ access }: OperationDefinition): object[] {
  if (access === 'public') return [];
  return access === 'optional' ? [{}, { bearer: [] }] : [{ bearer: [] }];
}

function firstSentence(text: string): string {
  return /^[^]*?[^.](?=\.(\s|$))/.exec(text)?.[0] ?? text;
}
