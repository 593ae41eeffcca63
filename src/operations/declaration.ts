import { Extensions, FieldResolver, Mutation, Query, UseMiddleware, type MiddlewareFn } from 'type-graphql';
import type { ErrorDefinition } from '../infrastructure/errors.js';
import type { KillSwitch } from '../services/admin/kill-switches.js';
import type { Permission } from '../services/admin/permissions.js';
import type { RequestContext } from './request-context.js';

/** Names the GraphQL type of a result, as TypeGraphQL's decorators take it. */
type ReturnTypeFunc = Parameters<typeof Query>[0];

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Who may call: `public` never looks at a bearer; `optional` reads one that is sent; `user` needs one; a permission needs
 * a staff role that has it.
 */
export type Access = 'public' | 'optional' | 'user' | 'creator' | { permission: Permission };

/** Everything about an operation that is not its code. Every surface derives from it; nothing is repeated elsewhere. */
export interface OperationOptions {
  /** Method and path below `/api/v1`, with `:name` for arguments that travel in the path. */
  rest: `${HttpMethod} /${string}`;
  /** Status of a success, 200 unless said otherwise. */
  status?: 200 | 201 | 202;
  access: Access;
  /** `20/hour`; null leaves the global limit alone. */
  rateLimit: string | null;
  /** A limit shared by several operations carries one name; default is the name of the operation. */
  rateLimitName?: string;
  /** Counts by session family once the refresh token is genuine, instead of by address. */
  rateLimitBy?: 'session';
  captcha?: boolean;
  killSwitch?: KillSwitch;
  /** Accepts `Idempotency-Key`. `before-authentication-state` looks a stored answer up right after the token. */
  idempotent?: boolean | 'replay-first';
  /** Needs a sign-in of at most `auth.step_up_max_age_minutes` ago. */
  stepUp?: boolean;
  /** Needs the session of the access token to be live. Default: mutations do, queries trust the token. */
  liveSession?: boolean;
  /**
   * `appeal` also lets suspended accounts and appeal tokens pass; `by-service` hands the bearer to the service, which
   * decides what it proves.
   */
  authentication?: 'standard' | 'appeal' | 'by-service';
  /** Documented failures beside those that follow from the declaration. */
  errors?: readonly ErrorDefinition[];
  /** `Cache-Control` of a success; default no-store. */
  cacheControl?: string;
  /** A success may answer null. */
  nullable?: boolean;
  deprecated?: string;
}

/** A declared operation with the names that the decorator found on the method. */
export interface OperationDefinition extends OperationOptions {
  kind: 'query' | 'mutation';
  /** Name of the GraphQL field, and of the metrics label and rate limit policy. */
  name: string;
  method: HttpMethod;
  /** Path below `/api/v1`. */
  path: string;
  /** `LoginResolver.login`, under which the TSDoc is found. */
  symbol: string;
  /** First folder below `src/resolvers`, filled in from the extracted documentation. */
  module?: string;
}

/** All declared operations, in the order in which the resolver files were loaded. */
export const operations: OperationDefinition[] = [];

/** The declaration that a field of the root types carries in its extensions. */
export function operationOf(extensions: unknown): OperationDefinition | undefined {
  return (extensions as { operation?: OperationDefinition } | undefined)?.operation;
}

const throughGuards =
  (definition: OperationDefinition): MiddlewareFn<RequestContext> =>
  ({ context, args, info }, next) =>
    context.guards.run({ definition, context, args, info }, next);

function declare(kind: OperationDefinition['kind'], returns: ReturnTypeFunc, options: OperationOptions): MethodDecorator {
  return (target, property, descriptor) => {
    const [method, path] = options.rest.split(' ') as [HttpMethod, string];
    const definition: OperationDefinition = {
      ...options,
      kind,
      method,
      path,
      name: String(property),
      symbol: `${target.constructor.name}.${String(property)}`,
    };
    operations.push(definition);
    // Nullable on the wire, so that one failing field of a document leaves the others their results.
    const field = { nullable: true, deprecationReason: options.deprecated };
    (kind === 'query' ? Query(returns, field) : Mutation(returns, field))(target, property, descriptor);
    Extensions({ operation: definition })(target, property);
    UseMiddleware(throughGuards(definition))(target, property);
  };
}

/** Declares a read. See {@link OperationOptions}. */
export const QueryOperation = (returns: ReturnTypeFunc, options: OperationOptions): MethodDecorator => declare('query', returns, options);

/** Declares a write. See {@link OperationOptions}. */
export const MutationOperation = (returns: ReturnTypeFunc, options: OperationOptions): MethodDecorator =>
  declare('mutation', returns, options);

/**
 * A field that only GraphQL has, such as `Me.sessions`. REST serves a schema without it, so a REST answer is exactly the
 * documented shape.
 */
export function NavigationField(returns: ReturnTypeFunc, options: { nullable?: boolean } = {}): MethodDecorator {
  return (target, property, descriptor) => {
    FieldResolver(returns, options)(target, property, descriptor);
    Extensions({ graphOnly: true })(target, property);
  };
}

/** A GraphQL mutation or query without a REST route, such as `renewConnection`. */
export function isGraphOnly(extensions: unknown): boolean {
  return (extensions as { graphOnly?: boolean } | undefined)?.graphOnly === true;
}
