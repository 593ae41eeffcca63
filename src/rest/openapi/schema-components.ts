import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLScalarType,
} from 'graphql';
import { isGraphOnly } from '../../operations/declaration.js';
import type { Documentation } from '../../operations/documentation/documentation.js';
import type { ClassMember, GraphQLClasses } from '../../operations/documentation/graphql-classes.js';
import { rulesOf, type PropertyRules } from './constraints.js';
import { merged, orNull, schemaReference, type JsonSchema } from './json-schema.js';

const SCALARS: Record<string, JsonSchema> = {
  ID: { type: 'string', format: 'uuid' },
  String: { type: 'string' },
  Int: { type: 'integer', format: 'int32' },
  Float: { type: 'number', format: 'double' },
  Boolean: { type: 'boolean' },
  JSON: {},
};

const NO_RULES: PropertyRules = { schema: {}, items: {}, acceptsNull: true, any: false };

/** JSON Schemas of GraphQL types. Named types become components when they are first asked for. */
export class SchemaComponents {
  /** The components so far, by name. */
  readonly schemas: Record<string, JsonSchema> = {};

  constructor(
    private readonly classes: GraphQLClasses,
    private readonly documentation: Documentation,
  ) {}

  /** What a field answers. Null is allowed where the type allows it. */
  output(type: GraphQLOutputType, name: string): JsonSchema {
    if (!isNonNullType(type)) return orNull(this.nonNullOutput(type, name));
    return this.nonNullOutput(type.ofType, name);
  }

  /**
   * What an argument or input field takes, with its rules, description and example.
   *
   * @param inJson false for a parameter of path or query, which cannot be null
   */
  input(argument: GraphQLArgument | GraphQLInputField, property: ClassMember | undefined, inJson: boolean): JsonSchema {
    const rules = property ? rulesOf(property) : NO_RULES;
    const type = getNullableType(argument.type);
    const schema = merged(this.nonNullInput(type, rules), isEnumType(type) ? {} : rules.schema);
    const nullable = inJson && !isNonNullType(argument.type) && rules.acceptsNull;
    return {
      ...(nullable ? orNull(schema) : schema),
      ...(argument.description && { description: argument.description }),
      ...(argument.defaultValue !== undefined && { default: argument.defaultValue }),
      ...(argument.deprecationReason && { deprecated: true }),
      ...this.exampleOf(property),
    };
  }

  private nonNullOutput(type: GraphQLOutputType, name: string): JsonSchema {
    if (isListType(type)) return { type: 'array', items: this.output(type.ofType as GraphQLOutputType, name) };
    if (isScalarType(type)) return withFormatOfName(scalarSchema(type), name);
    if (isEnumType(type)) return this.component(type.name, () => enumSchema(type));
    if (isObjectType(type)) return this.component(type.name, () => this.objectSchema(type));
    if (isUnionType(type)) return { oneOf: type.getTypes().map((member) => this.nonNullOutput(member, name)) };
    throw new Error(`REST cannot answer the type ${String(type)}`);
  }

  private nonNullInput(type: GraphQLInputType, rules: PropertyRules): JsonSchema {
    if (isListType(type)) {
      const item = getNullableType(type.ofType as GraphQLInputType);
      const items = this.nonNullInput(item, NO_RULES);
      return { type: 'array', items: isEnumType(item) ? items : merged(items, rules.items) };
    }
    if (isScalarType(type)) return scalarSchema(type);
    if (isEnumType(type)) return this.component(type.name, () => enumSchema(type));
    if (isInputObjectType(type)) return this.component(type.name, () => this.inputObjectSchema(type));
    throw new Error(`REST cannot take the type ${String(type)}`);
  }

  /** Remembered before it is built, since types may contain themselves. */
  private component(name: string, build: () => JsonSchema): JsonSchema {
    if (!this.schemas[name]) {
      this.schemas[name] = {};
      Object.assign(this.schemas[name], build());
    }
    return schemaReference(name);
  }

  private objectSchema(type: GraphQLObjectType): JsonSchema {
    const fields = Object.values(type.getFields()).filter(({ extensions }) => !isGraphOnly(extensions));
    return {
      type: 'object',
      ...described(type),
      properties: Object.fromEntries(fields.map((field) => [field.name, this.propertySchema(type, field)])),
      required: fields.map(({ name }) => name),
    };
  }

  private propertySchema(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): JsonSchema {
    return {
      ...this.output(field.type, field.name),
      ...described(field),
      ...(field.deprecationReason && { deprecated: true }),
      ...this.exampleOf(...this.classes.membersBehind(type.name, field.name)),
    };
  }

  private inputObjectSchema(type: GraphQLInputObjectType): JsonSchema {
    const owner = this.classes.classOf(type.name);
    const properties = owner ? this.classes.properties(owner) : new Map<string, ClassMember>();
    const fields = Object.values(type.getFields());
    return { type: 'object', ...described(type), ...this.propertiesSchema(fields, properties) };
  }

  /** `properties` and `required` of arguments or input fields in a JSON body. */
  propertiesSchema(
    fields: readonly (GraphQLArgument | GraphQLInputField)[],
    properties: Map<string, ClassMember>,
  ): JsonSchema {
    const required = fields.filter(isRequired).map(({ name }) => name);
    return {
      properties: Object.fromEntries(
        fields.map((field) => [field.name, this.input(field, properties.get(field.name), true)]),
      ),
      ...(required.length > 0 && { required }),
    };
  }

  private exampleOf(...members: (ClassMember | undefined)[]): JsonSchema {
    for (const member of members) {
      const example = member && this.documentation.ofMember(member.target, member.member)?.example;
      if (example !== undefined) return { examples: [parsed(example)] };
    }
    return {};
  }
}

export function isRequired({ type, defaultValue }: GraphQLArgument | GraphQLInputField): boolean {
  return isNonNullType(type) && defaultValue === undefined;
}

const described = ({ description }: { description?: string | null }) => (description ? { description } : {});

function enumSchema(type: GraphQLEnumType): JsonSchema {
  const values = type.getValues();
  const meanings = values.map(({ name, description }) => `- \`${name}\`: ${description ?? ''}`);
  return {
    type: 'string',
    description: [type.description ?? '', meanings.join('\n')].join('\n\n'),
    enum: values.map(({ name }) => name),
  };
}

/** The scalars of graphql-scalars, and ours, carry their schema with them. */
function scalarSchema({ name, extensions }: GraphQLScalarType): JsonSchema {
  const schema = SCALARS[name] ?? (extensions as { jsonSchema?: JsonSchema }).jsonSchema;
  if (!schema) throw new Error(`the scalar ${name} has no extensions.jsonSchema`);
  return { ...schema };
}

/** A text of the answer whose name tells what it holds. */
function withFormatOfName(schema: JsonSchema, name: string): JsonSchema {
  if (schema.type !== 'string' || schema.format) return schema;
  if (/^(?!masked).*email$/i.test(name)) return { ...schema, format: 'email' };
  if (/(^|[a-z])ur[il]$/i.test(name)) return { ...schema, format: 'uri' };
  return schema;
}

function parsed(example: string): unknown {
  try {
    return JSON.parse(example);
  } catch {
    return example;
  }
}
