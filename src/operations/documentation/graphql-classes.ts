import { getMetadataStorage, type NonEmptyArray } from 'type-graphql';
import { ancestry } from './documentation.js';

/** The property or method of a class that a GraphQL name stands for. */
export interface ClassMember {
  target: Function;
  member: string;
}

/**
 * The TypeScript behind the names of the schema, out of TypeGraphQL's metadata: where the TSDoc and the validation rules
 * of a type, field or argument are found.
 */
export class GraphQLClasses {
  private readonly storage = getMetadataStorage();
  private readonly fields = Map.groupBy(this.storage.fields, ({ target }) => target);
  private readonly propertiesOf = new Map<Function, Map<string, ClassMember>>();
  private readonly byTypeName = new Map(
    [...this.storage.objectTypes, ...this.storage.interfaceTypes, ...this.storage.inputTypes].map(
      ({ name, target }) => [name, target],
    ),
  );

  classOf(typeName: string): Function | undefined {
    return this.byTypeName.get(typeName);
  }

  /** Members of an enum, as TypeScript names them. */
  enumMembers(enumName: string): string[] {
    const found = this.storage.enums.find(({ name }) => name === enumName);
    // A numeric enum also maps its numbers back to names.
    return Object.keys(found?.enumObj ?? {}).filter((key) => Number.isNaN(Number(key)));
  }

  /** The method that resolves a field and the property that declares it, as far as they exist, in this order. */
  membersBehind(typeName: string, fieldName: string): ClassMember[] {
    const owner = this.classOf(typeName);
    const members = owner
      ? [this.fieldResolver(owner, fieldName), this.properties(owner).get(fieldName)]
      : [this.rootResolver(typeName, fieldName)];
    return members.filter((member) => member !== undefined);
  }

  /** The properties of `@ArgsType` classes that are the arguments of a method, by argument. */
  argumentsOf({ target, member }: ClassMember): Map<string, ClassMember> {
    const owners = new Set(ancestry(target));
    const found = new Map<string, ClassMember>();
    for (const parameter of this.storage.params) {
      if (parameter.kind !== 'args' || parameter.methodName !== member || !owners.has(parameter.target)) continue;
      for (const [name, property] of this.properties(parameter.getType() as Function)) found.set(name, property);
    }
    return found;
  }

  /** Fields of a class and of what it extends, by their GraphQL names; the nearest declaration of a name wins. */
  properties(owner: Function): Map<string, ClassMember> {
    let found = this.propertiesOf.get(owner);
    if (!found) {
      found = new Map();
      for (const ancestor of ancestry(owner)) {
        for (const { schemaName, name } of this.fields.get(ancestor) ?? []) {
          if (!found.has(schemaName)) found.set(schemaName, { target: owner, member: name });
        }
      }
      this.propertiesOf.set(owner, found);
    }
    return found;
  }

  private rootResolver(typeName: string, fieldName: string): ClassMember | undefined {
    const { queries, mutations, subscriptions } = this.storage;
    const handlers = { Query: queries, Mutation: mutations, Subscription: subscriptions }[typeName];
    const handler = handlers?.find(({ schemaName }) => schemaName === fieldName);
    return handler && { target: handler.target, member: handler.methodName };
  }

  private fieldResolver(owner: Function, fieldName: string): ClassMember | undefined {
    const owners = new Set(ancestry(owner));
    const resolver = this.storage.fieldResolvers.find(
      ({ schemaName, target, kind }) =>
        schemaName === fieldName && owners.has(kind === 'internal' ? target : this.typeResolvedBy(target)!),
    );
    return resolver && { target: resolver.target, member: resolver.methodName };
  }

  private typeResolvedBy(resolver: Function): Function | undefined {
    return this.storage.resolverClasses.find(({ target }) => target === resolver)?.getObjectType() as
      Function | undefined;
  }
}

/** Every resolver class whose file was loaded, to build the schema without the objects behind it. */
export function loadedResolvers(): NonEmptyArray<Function> {
  return getMetadataStorage().resolverClasses.map(({ target }) => target) as unknown as NonEmptyArray<Function>;
}
