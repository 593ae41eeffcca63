import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import { ApolloArmor } from '@escape.tech/graphql-armor';
import type { FastifyInstance, RouteHandlerMethod } from 'fastify';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { invalidField } from '../infrastructure/errors.js';
import { currentRequestScope } from '../infrastructure/request-scope.js';
import type { ErrorPresenter } from '../operations/error-presenter.js';
import type { RequestContext } from '../operations/request-context.js';
import type { RequestContexts } from './request-contexts.js';

/** Limits of a document, the same over HTTP and WebSocket. */
export const DOCUMENT_LIMITS = { depth: 10, aliases: 15, tokens: 1000, batch: 10, directives: 50, cost: 5000 } as const;

export interface GraphQLServerOptions {
  schema: GraphQLSchema;
  contexts: RequestContexts;
  errors: ErrorPresenter;
  introspection: boolean;
}

/** Mounts `POST /graphql`. */
export async function mountGraphQL(fastify: FastifyInstance, { schema, contexts, errors, introspection }: GraphQLServerOptions): Promise<ApolloServer<RequestContext>> {
  const limits = documentLimits();
  const server = new ApolloServer<RequestContext>({
    schema,
    introspection,
    csrfPrevention: true,
    cache: 'bounded',
    allowBatchedHttpRequests: true,
    includeStacktraceInErrorResponses: false,
    validationRules: limits.validationRules,
    plugins: [
      ...limits.plugins,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      fastifyApolloDrainPlugin(fastify),
      oneMutationPerIdempotencyKey,
      responseEffects,
    ],
    formatError: (_formatted, error) => {
      const scope = currentRequestScope();
      const { body } = errors.present(error, { locale: scope?.locale ?? 'en', correlationId: scope?.correlationId ?? '' });
      const { message, ...extensions } = body;
      const { locations, path } = error instanceof GraphQLError ? error : {};
      return { message, ...(locations && { locations }), ...(path && { path }), extensions };
    },
  });
  await server.start();
  fastify.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    preValidation: async (request) => {
      if (Array.isArray(request.body) && request.body.length > DOCUMENT_LIMITS.batch) {
        throw invalidField('query', 'arrayMaxSize', `at most ${DOCUMENT_LIMITS.batch} operations in a batch`, { max: DOCUMENT_LIMITS.batch });
      }
    },
    handler: fastifyApolloHandler(server, { context: async (request) => contexts.fromHttp(request, 'graphql') }) as RouteHandlerMethod,
  });
  return server;
}

/** graphql-armor exempts aliases of `__typename` unless its allow-list is emptied. */
export function documentLimits() {
  const armor = new ApolloArmor({
    maxDepth: { n: DOCUMENT_LIMITS.depth, flattenFragments: true },
    maxAliases: { n: DOCUMENT_LIMITS.aliases, allowList: [] },
    maxTokens: { n: DOCUMENT_LIMITS.tokens },
    maxDirectives: { n: DOCUMENT_LIMITS.directives },
    costLimit: { maxCost: DOCUMENT_LIMITS.cost },
    blockFieldSuggestion: { enabled: true },
  });
  const { plugins, validationRules } = armor.protect();
  return { plugins: plugins as ApolloServerPlugin<RequestContext>[], validationRules };
}

/** An `Idempotency-Key` names one effect, so the document may hold just one. */
const oneMutationPerIdempotencyKey: ApolloServerPlugin<RequestContext> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ contextValue, operation }) => {
      if (contextValue.idempotencyKey === null || operation?.operation !== 'mutation') return;
      const [first, ...others] = operation.selectionSet.selections;
      if (others.length > 0 || first?.kind !== 'Field') {
        throw new GraphQLError('', { originalError: invalidField('Idempotency-Key', 'matches', 'exactly one mutation field in the document') });
      }
    },
  }),
};

/** Cookies and headers that resolvers asked for. */
const responseEffects: ApolloServerPlugin<RequestContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ contextValue, response }) => {
      contextValue.response.headers.forEach((value, name) => response.http.headers.set(name, value));
      const cookies = contextValue.response.setCookieHeaders;
      if (cookies[0]) response.http.headers.set('set-cookie', cookies[0]);
      response.http.headers.set('cache-control', 'no-store');
    },
  }),
};
