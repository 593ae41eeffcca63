import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { operationOf } from '../declaration.js';
import { moduleOf, type Documentation, type SymbolDocumentation } from './documentation.js';
import { GraphQLClasses, type ClassMember } from './graphql-classes.js';

const ROOT_DESCRIPTIONS: Record<string, string> = {
  Query: 'Reads. Each is also a REST route unless its description says otherwise.',
  Mutation: 'Writes. Each is also a REST route unless its description says otherwise.',
  Subscription: 'Live events over WebSocket, by the protocol graphql-transport-ws.',
};

/**
 * Puts the TSDoc on everything that introspection shows: types, fields, arguments, enums and their values, root fields
 * with their callouts. Also tells each operation its module.
 */
export function applyDocumentation(schema: GraphQLSchema, documentation: Documentation): void {
  const describe = new Describer(documentation);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue;
    if (isEnumType(type)) describe.enum(type);
    else if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) describe.fields(type);
  }
}

type FieldsType = GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType;
type DescribedField = { name: string; description?: string | null } & Partial<GraphQLField<unknown, unknown>>;

class Describer {
  private readonly classes = new GraphQLClasses();

  constructor(private readonly documentation: Documentation) {}

  fields(type: FieldsType): void {
    const target = this.classes.classOf(type.name);
    type.description ??= ROOT_DESCRIPTIONS[type.name] ?? (target && this.documentation.ofClass(target)?.summary);
    for (const field of Object.values(type.getFields())) this.field(type.name, field);
  }

  private field(typeName: string, field: DescribedField): void {
    const members = this.classes.membersBehind(typeName, field.name);
    const entry = this.documentationOf(members);
    if (entry) {
      field.description ??= proseOf(entry);
      if (entry.deprecated !== undefined) field.deprecationReason ??= entry.deprecated;
    }
    const operation = operationOf(field.extensions);
    if (operation && entry) operation.module = moduleOf(entry.source);
    for (const member of members) this.arguments(this.classes.argumentsOf(member), field.args ?? []);
  }

  private arguments(properties: Map<string, ClassMember>, args: readonly GraphQLArgument[]): void {
    for (const argument of args) {
      const property = properties.get(argument.name);
      const entry = property && this.documentationOf([property]);
      if (!entry) continue;
      argument.description ??= proseOf(entry);
      // GraphQL refuses to deprecate an argument that has to be given.
      if (entry.deprecated !== undefined && !isNonNullType(argument.type))
        argument.deprecationReason ??= entry.deprecated;
    }
  }

  private documentationOf(members: readonly ClassMember[]): SymbolDocumentation | undefined {
    return members
      .map(({ target, member }) => this.documentation.ofMember(target, member))
      .find((entry) => entry !== undefined);
  }

  enum(type: GraphQLEnumType): void {
    const members = this.classes.enumMembers(type.name);
    type.description ??= this.documentation.ofEnum(type.name, members)?.summary;
    for (const value of type.getValues()) {
      const entry = this.documentation.ofEnumMember(type.name, members, value.name);
      value.description ??= entry?.summary;
      if (entry?.deprecated !== undefined) value.deprecationReason ??= entry.deprecated;
    }
  }
}

/** Summary and callouts as Markdown; undefined without a summary, so that the start-up check sees the gap. */
export function proseOf({ summary, callouts }: SymbolDocumentation): string | undefined {
  return summary === '' ? undefined : [summary, ...callouts.map((callout) => `**Note:** ${callout}`)].join('\n\n');
}
