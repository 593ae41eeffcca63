import type { GraphQLSchema } from 'graphql';
import type { OperationDefinition } from '../../operations/declaration.js';
import type { Documentation } from '../../operations/documentation/documentation.js';
import { GraphQLClasses } from '../../operations/documentation/graphql-classes.js';
import { MODULES } from '../../operations/documentation/modules.js';
import { servedOperations } from '../../operations/served-operations.js';
import { API_PREFIX } from '../rest-api.js';
import { accessName, operationObject } from './operation.js';
import { SchemaComponents } from './schema-components.js';
import { HEADERS, PARAMETERS, RESPONSES, SCHEMAS, SECURITY_SCHEMES } from './shared-components.js';
import { usedComponents, type Components } from './used-components.js';

/** Who a document is for, and which operations that puts into it. */
const AUDIENCES = {
  full: { title: 'every operation', includes: () => true },
  public: {
    title: 'what works without an account',
    includes: (definition: OperationDefinition) => ['public', 'optional'].includes(accessName(definition)),
  },
  user: {
    title: 'everything but the staff surface',
    includes: (definition: OperationDefinition) => accessName(definition) !== 'admin',
  },
  admin: {
    title: 'the staff surface',
    includes: (definition: OperationDefinition) => accessName(definition) === 'admin',
  },
};

export type DocumentName = keyof typeof AUDIENCES;
export type OpenApiDocument = { openapi: '3.1.0'; paths: Record<string, Record<string, object>> } & Record<
  string,
  unknown
>;

export interface DocumentSources {
  /** The full schema, after its documentation was applied. */
  schema: GraphQLSchema;
  documentation: Documentation;
  /** The English text of an error. */
  errorText(key: string): string;
  /** Where clients reach the server. */
  serverUrl: string;
  version: string;
}

const DESCRIPTION = `The REST surface. GraphQL at \`/graphql\` has the same operations, limits and errors; \`x-graphql\` names each.

A success is \`{"success": true, "data": …}\`, a failure \`{"success": false, "error": …}\`; compare \`i18nKey\`, show \`message\`.
Fields that are not listed are ignored. Ids are UUIDs, times ISO 8601 in UTC.`;

interface DescribedOperation {
  definition: OperationDefinition;
  object: object;
}

/** The OpenAPI 3.1 documents, built from what is declared: nothing in them was written for them. */
export function buildOpenApiDocuments(sources: DocumentSources): Record<DocumentName, OpenApiDocument> {
  const { schema, documentation, errorText } = sources;
  const classes = new GraphQLClasses();
  const schemas = new SchemaComponents(classes, documentation);
  const examples: Record<string, object> = {};
  const context = { classes, documentation, components: schemas, examples, errorText };
  const operations = servedOperations(schema).map((served) => ({
    definition: served.definition,
    object: operationObject(served, context),
  }));
  const components = {
    schemas: { ...SCHEMAS, ...schemas.schemas },
    parameters: PARAMETERS,
    headers: HEADERS,
    responses: RESPONSES,
    examples,
  };

  const documents = Object.entries(AUDIENCES).map(([name, { title, includes }]) => [
    name,
    buildDocument(
      title,
      operations.filter(({ definition }) => includes(definition)),
      components,
      sources,
    ),
  ]);
  return Object.fromEntries(documents) as Record<DocumentName, OpenApiDocument>;
}

function buildDocument(
  title: string,
  operations: DescribedOperation[],
  components: Components,
  { serverUrl, version }: DocumentSources,
): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  for (const { definition, object } of operations) {
    const path = API_PREFIX + definition.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[definition.method.toLowerCase()] = object;
  }
  const takesBearer = operations.some(({ definition }) => definition.access !== 'public');
  return {
    openapi: '3.1.0',
    info: {
      title: `BIO.RE API: ${title}`,
      version,
      description: DESCRIPTION,
      contact: { name: 'BIO.RE', url: 'https://bio.re' },
      license: { name: 'All rights reserved', url: 'https://bio.re/terms' },
    },
    servers: [{ url: serverUrl }],
    tags: tagsOf(operations),
    paths,
    components: { ...(takesBearer && { securitySchemes: SECURITY_SCHEMES }), ...usedComponents(paths, components) },
  };
}

/** The modules that are in use, in the order of their list. */
function tagsOf(operations: DescribedOperation[]): object[] {
  const used = new Set(operations.map(({ definition }) => definition.module));
  return Object.entries(MODULES)
    .filter(([name]) => used.has(name))
    .map(([name, { title, description }]) => ({ name, 'x-displayName': title, description }));
}
