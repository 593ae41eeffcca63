/** The part of JSON Schema 2020-12 that the documents use. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  deprecated?: boolean;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  examples?: unknown[];
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  not?: JsonSchema;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
}

export const schemaReference = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** The same schema, with null allowed. A schema that accepts everything stays as it is. */
export function orNull(schema: JsonSchema): JsonSchema {
  if (schema.$ref || schema.oneOf) return { anyOf: [schema, { type: 'null' }] };
  if (typeof schema.type !== 'string') return schema;
  return { ...schema, type: [schema.type, 'null'], ...(schema.enum && { enum: [...schema.enum, null] }) };
}

/** All keywords of both; a second pattern holds beside the first. */
export function merged(schema: JsonSchema, more: JsonSchema): JsonSchema {
  if (schema.pattern === undefined || more.pattern === undefined) return { ...schema, ...more };
  const { pattern, ...others } = more;
  return { ...schema, ...others, allOf: [...(schema.allOf ?? []), { pattern }] };
}
