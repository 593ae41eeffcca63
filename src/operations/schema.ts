import { mapSchema, MapperKind, pruneSchema } from '@graphql-tools/utils';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';
import { isGraphOnly } from './declaration.js';
import { validateArguments } from './validation.js';

/** Hands out the resolver objects that the composition root built. */
export interface ResolverContainer {
  get(resolver: unknown): unknown;
}

/** Builds the GraphQL schema of the given resolver classes; their objects come from `container`. */
export function buildGraphQLSchema(resolvers: NonEmptyArray<Function>, container: ResolverContainer): GraphQLSchema {
  return buildSchemaSync({
    resolvers,
    container: { get: (resolver) => container.get(resolver) },
    validate: false,
    validateFn: (argument) => validateArguments(argument),
  });
}

/**
 * The schema that REST serves: without fields that only GraphQL has, and with bare root fields, since a REST call brings
 * its arguments outside the document.
 */
export function restSchemaOf(schema: GraphQLSchema): GraphQLSchema {
  const documented = mapSchema(schema, {
    [MapperKind.ROOT_FIELD]: (field) => (isGraphOnly(field.extensions) ? null : { ...field, args: {} }),
    [MapperKind.OBJECT_FIELD]: (field) => (isGraphOnly(field.extensions) ? null : field),
  });
  return pruneSchema(documented);
}
