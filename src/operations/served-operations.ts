import type { GraphQLField, GraphQLSchema } from 'graphql';
import { operationOf, type OperationDefinition } from './declaration.js';

/** A declared operation and the root field that serves it. */
export interface ServedOperation {
  definition: OperationDefinition;
  field: GraphQLField<unknown, unknown>;
}

/** All fields of the root types that clients call; subscriptions are not among them. */
export function callableFields(schema: GraphQLSchema): GraphQLField<unknown, unknown>[] {
  return [schema.getQueryType(), schema.getMutationType()].flatMap((type) => Object.values(type?.getFields() ?? {}));
}

/** The operations of a schema, in its order. */
export function servedOperations(schema: GraphQLSchema): ServedOperation[] {
  return callableFields(schema).flatMap((field) => {
    const definition = operationOf(field.extensions);
    return definition ? [{ definition, field }] : [];
  });
}

/** Names of the arguments that travel in a path such as `/users/:id`. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
}
