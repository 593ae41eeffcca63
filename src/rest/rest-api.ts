import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Kind, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { useSofa } from 'sofa-api';
import type { OperationDefinition } from '../operations/declaration.js';
import type { ErrorPresenter, PresentedError } from '../operations/error-presenter.js';
import { localeOf, type RequestContext } from '../operations/request-context.js';
import { servedOperations } from '../operations/served-operations.js';
import { GenericErrors, DomainError, invalidField } from '../infrastructure/errors.js';
import type { RequestContexts } from './request-contexts.js';

export const API_PREFIX = '/api/v1';
const STAFF_BODY_LIMIT = 4 * 1024 * 1024;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

type SofaResponse = ReturnType<NonNullable<Parameters<typeof useSofa>[0]['errorHandler']>>;

/** A failed execution on its way out of sofa. */
class RestFailure extends Error {
  constructor(readonly presented: PresentedError) {
    super(presented.body.i18nKey);
  }
}

/**
 * Serves the declared operations on their documented paths. sofa-api turns each into a document and executes it; Fastify
 * owns the URLs, one route per operation, and hands sofa nothing else, because sofa also mounts `POST /webhook`, which
 * would let anyone make this server call any URL. Arguments never pass through sofa, which drops nulls, lets the query
 * string override the body and leaks parser errors: they travel in the context and are read after the guards.
 */
export function mountRestApi(fastify: FastifyInstance, schema: GraphQLSchema, contexts: RequestContexts, errors: ErrorPresenter): void {
  const definitions = servedOperations(schema).map(({ definition }) => definition);
  const execute = compiledExecution(schema);
  const sofa = useSofa({
    schema,
    basePath: '/',
    // Addressed by name: the documented path belongs to Fastify.
    routes: Object.fromEntries(
      definitions.map((definition) => [
        `${definition.kind === 'query' ? 'Query' : 'Mutation'}.${definition.name}`,
        { method: 'POST' as const, path: `/${definition.name}`, responseStatus: definition.status ?? 200 },
      ]),
    ),
    context: ({ operation }: { operation: RequestContext }) => operation,
    execute: async ({ document, contextValue }) => {
      const context = contextValue as RequestContext;
      const { data, errors: failures } = await execute(document, context);
      if (failures?.[0]) throw new RestFailure(errors.present(failures[0], { locale: localeOf(context), correlationId: context.correlationId }));
      const [[name, value]] = Object.entries(data ?? {}) as [[string, unknown]];
      return { data: { [name]: { success: true, data: value === true && answersNothing(document) ? null : value } } };
    },
    errorHandler: ([error]) => {
      if (!(error instanceof RestFailure)) throw error;
      const { status, headers, body } = error.presented;
      return Response.json({ success: false, error: body }, { status, headers }) as unknown as SofaResponse;
    },
  });

  const answersNothing = (document: DocumentNode) => {
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) return false;
    const [field] = operation.selectionSet.selections;
    return field?.kind === Kind.FIELD && field.selectionSet === undefined;
  };

  for (const definition of definitions) {
    fastify.route({
      method: definition.method,
      url: API_PREFIX + definition.path,
      bodyLimit: typeof definition.access === 'object' ? STAFF_BODY_LIMIT : undefined,
      handler: async (request, reply) => {
        const operation = contexts.fromHttp(request, 'rest');
        operation.restArguments = rawArguments(request);
        const response = await sofa.handleRequest(
          { method: 'POST', url: `/${definition.name}`, body: null } as unknown as Request,
          { operation } as never,
        );
        return answer(reply, operation, response, definition);
      },
    });
  }
  refuseOtherMethods(fastify, definitions);
}

/** Documents never change, so each is compiled once. */
function compiledExecution(schema: GraphQLSchema): (document: DocumentNode, context: RequestContext) => Promise<ExecutionResult> {
  const compiled = new WeakMap<DocumentNode, CompiledQuery>();
  return async (document, context) => {
    let query = compiled.get(document);
    if (!query) {
      const result = compileQuery(schema, document);
      if (!isCompiledQuery(result)) throw new Error(`a REST document does not compile: ${JSON.stringify(result.errors)}`);
      compiled.set(document, (query = result));
    }
    return query.query(undefined, context, {});
  };
}

/** Path and query for a read; path and body alone for a write, whatever the query string says. */
function rawArguments(request: FastifyRequest): Record<string, unknown> {
  const params = request.params as Record<string, unknown>;
  if (request.method === 'GET' || request.method === 'HEAD') return { ...(request.query as Record<string, unknown>), ...params };
  const body = request.body ?? {};
  if (typeof body !== 'object' || Array.isArray(body)) throw invalidField('body', 'type', 'a JSON object');
  return { ...body, ...params };
}

async function answer(reply: FastifyReply, context: RequestContext, response: Response, definition: OperationDefinition): Promise<FastifyReply> {
  reply.code(response.status).type('application/json; charset=utf-8');
  if (response.ok && definition.cacheControl) reply.header('cache-control', definition.cacheControl);
  response.headers.forEach((value, name) => {
    if (name !== 'content-type' && name !== 'content-length') reply.header(name, value);
  });
  context.response.headers.forEach((value, name) => reply.header(name, value));
  for (const cookie of context.response.setCookieHeaders) reply.header('set-cookie', cookie);
  return reply.send(await response.text());
}

/** A known path with another method answers 405 and says which ones there are. */
function refuseOtherMethods(fastify: FastifyInstance, definitions: OperationDefinition[]): void {
  for (const path of new Set(definitions.map((definition) => definition.path))) {
    const allowed = definitions.filter((definition) => definition.path === path).map((definition) => definition.method);
    const Allow = allowed.includes('GET') ? [...allowed, 'HEAD'].join(', ') : allowed.join(', ');
    fastify.route({
      method: METHODS.filter((method) => !allowed.includes(method)),
      url: API_PREFIX + path,
      handler: () => {
        throw new DomainError(GenericErrors.methodNotAllowed, undefined, { headers: { Allow } });
      },
    });
  }
}
