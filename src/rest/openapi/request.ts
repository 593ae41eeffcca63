import type { GraphQLArgument } from 'graphql';
import type { OperationDefinition } from '../../operations/declaration.js';
import type { ClassMember } from '../../operations/documentation/graphql-classes.js';
import { pathParameters, type ServedOperation } from '../../operations/served-operations.js';
import { exampleOf } from './examples.js';
import type { JsonSchema } from './json-schema.js';
import { rulesOf } from './constraints.js';
import { isRequired, type SchemaComponents } from './schema-components.js';

/** The arguments of an operation by where REST takes them from: the path, then the query of a read or the body of a write. */
export class RequestDescription {
  private readonly path: GraphQLArgument[];
  private readonly others: GraphQLArgument[];

  constructor(
    private readonly served: ServedOperation,
    private readonly properties: Map<string, ClassMember>,
    private readonly components: SchemaComponents,
  ) {
    const inPath = pathParameters(served.definition.path);
    this.path = inPath.map((name) => served.field.args.find((argument) => argument.name === name)!);
    this.others = served.field.args.filter(({ name }) => !inPath.includes(name));
  }

  /** Whether an argument can break a rule. An id in the path that is none is an unknown one. */
  get refusesArguments(): boolean {
    const hasRules = ({ name }: GraphQLArgument) =>
      this.properties.has(name) && rulesOf(this.properties.get(name)!).any;
    const isFreeText = ({ type }: GraphQLArgument) => String(type) === 'String';
    return this.others.some((argument) => !isFreeText(argument) || hasRules(argument));
  }

  get parameters(): object[] {
    const inQuery = this.served.definition.method === 'GET' ? this.others : [];
    return [
      ...this.path.map((argument) => this.parameter(argument, 'path')),
      ...inQuery.map((argument) => this.parameter(argument, 'query')),
      ...headersOf(this.served.definition).map((name) => ({ $ref: `#/components/parameters/${name}` })),
    ];
  }

  get body(): object | undefined {
    if (this.served.definition.method === 'GET' || this.others.length === 0) return undefined;
    const schema: JsonSchema = { type: 'object', ...this.components.propertiesSchema(this.others, this.properties) };
    const example = exampleOf(schema, this.components.schemas);
    return { required: this.others.some(isRequired), content: { 'application/json': { schema, example } } };
  }

  private parameter(argument: GraphQLArgument, where: 'path' | 'query'): object {
    const { description, deprecated, examples, ...schema } = this.components.input(
      argument,
      this.properties.get(argument.name),
      false,
    );
    return {
      name: argument.name,
      in: where,
      required: where === 'path' || isRequired(argument),
      ...(description && { description }),
      ...(deprecated && { deprecated }),
      schema,
      example: examples?.[0] ?? exampleOf(schema, this.components.schemas, argument.name),
    };
  }
}

/** Headers that mean something to the operation, by the names of their components. */
function headersOf({ authentication, idempotent }: OperationDefinition): string[] {
  return [
    ...(idempotent ? ['IdempotencyKey'] : []),
    ...(authentication === 'by-service' ? ['ReactivateToken'] : []),
    'AcceptLanguage',
    'CorrelationId',
  ];
}
