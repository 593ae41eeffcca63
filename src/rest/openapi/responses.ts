import { getNullableType, GraphQLNonNull, isScalarType } from 'graphql';
import type { ErrorDefinition } from '../../infrastructure/errors.js';
import type { ServedOperation } from '../../operations/served-operations.js';
import { exampleOf } from './examples.js';
import { orNull, type JsonSchema } from './json-schema.js';
import type { SchemaComponents } from './schema-components.js';
import { errorExample, headerReferences, SUCCESS_HEADERS } from './shared-components.js';

/** The success of an operation: its result in the envelope. */
export function successResponse(
  { definition, field }: ServedOperation,
  components: SchemaComponents,
): Record<string, object> {
  const schema: JsonSchema = {
    type: 'object',
    properties: { success: { type: 'boolean', const: true }, data: dataSchema({ definition, field }, components) },
    required: ['success', 'data'],
  };
  const cacheControl = definition.cacheControl && {
    'Cache-Control': {
      description: 'How long the answer may be kept.',
      schema: { type: 'string', const: definition.cacheControl },
    },
  };
  return {
    [definition.status ?? 200]: {
      description: definition.status === 202 ? 'The work is queued.' : 'Success.',
      headers: { ...headerReferences(SUCCESS_HEADERS), ...cacheControl },
      content: { 'application/json': { schema, example: exampleOf(schema, components.schemas, field.name) } },
    },
  };
}

/**
 * A command answers `true` in GraphQL and null in the envelope. GraphQL lets every root field be null, so that a failure
 * of one leaves the others their results; a success of REST is null only where the declaration says so.
 */
function dataSchema({ definition, field }: ServedOperation, components: SchemaComponents): JsonSchema {
  const type = getNullableType(field.type);
  if (isScalarType(type) && type.name === 'Boolean') return { type: 'null' };
  const schema = components.output(new GraphQLNonNull(type), field.name);
  return definition.nullable ? orNull(schema) : schema;
}

/** The documented failures, a response for each status with an example for each key. */
export function errorResponses(
  errors: readonly ErrorDefinition[],
  errorText: (key: string) => string,
  examples: Record<string, object>,
): Record<string, object> {
  const byStatus = Map.groupBy(errors, ({ status }) => status);
  const responses = [...byStatus].map(([status, group]) => {
    const references = group.map((error) => {
      const name = `${status}.${error.key}`;
      examples[name] ??= errorExample(error, errorText(error.key));
      return [error.key, { $ref: `#/components/examples/${name}` }];
    });
    return [
      status,
      {
        description: group.map(({ key, when }) => `- \`${key}\`: ${when}`).join('\n'),
        headers: headerReferences(status === 429 ? [...SUCCESS_HEADERS, 'Retry-After'] : SUCCESS_HEADERS),
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/ErrorEnvelope' },
            examples: Object.fromEntries(references) as object,
          },
        },
      },
    ];
  });
  return {
    ...(Object.fromEntries(responses) as Record<string, object>),
    default: { $ref: '#/components/responses/UnexpectedError' },
  };
}
