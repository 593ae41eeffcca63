import type { ApolloServer } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import type { NonEmptyArray } from 'type-graphql';
import { buildGuards } from './app/guards.js';
import { buildInfrastructure, type Foundation, type Infrastructure } from './app/infrastructure.js';
import { registerJobs } from './app/job-handlers.js';
import { buildJobs, type Jobs } from './app/jobs.js';
import { buildProviders, type Providers } from './app/providers.js';
import { buildResolvers } from './app/resolvers.js';
import { buildServices, type Outside, type Services } from './app/services.js';
import { operations } from './operations/declaration.js';
import { applyDocumentation } from './operations/documentation/apply-documentation.js';
import { checkOperations } from './operations/documentation/check-operations.js';
import { loadDocumentation } from './operations/documentation/load-documentation.js';
import { CookieOrigins } from './operations/cookie-origins.js';
import { ErrorPresenter } from './operations/error-presenter.js';
import { RefreshCookie } from './operations/refresh-cookie.js';
import type { RequestContext } from './operations/request-context.js';
import { registerRestArguments } from './operations/rest-arguments.js';
import { buildGraphQLSchema, restSchemaOf } from './operations/schema.js';
import { LocalizedMessages } from './resolvers/shared/localized-messages.js';
import { devOutboxRoutes } from './rest/dev-outbox.routes.js';
import { graphiqlRoutes } from './rest/graphiql.routes.js';
import { mountGraphQL } from './rest/graphql-server.js';
import { mountHealth } from './rest/health.routes.js';
import { createHttpServer } from './rest/http-server.js';
import { mountOpenApi } from './rest/openapi.routes.js';
import { buildOpenApiDocuments } from './rest/openapi/document.js';
import { RequestContexts } from './rest/request-contexts.js';
import { mountRestApi } from './rest/rest-api.js';
import { storageRoutes } from './rest/storage.routes.js';
import manifest from '../package.json' with { type: 'json' };

/** A built server. Nothing runs before {@link App.start}. */
export interface App {
  http: FastifyInstance;
  infrastructure: Infrastructure;
  jobs: Jobs;
  providers: Providers;
  services: Services;
  /**
   * Connects, and begins to hand over and work off jobs.
   *
   * @param options.background false leaves jobs to `jobs.worker.drain()`, for tests and scripts
   */
  start(options?: { background?: boolean }): Promise<void>;
  /** Takes no new calls, lets the running ones end, and closes what {@link App.start} opened. */
  stop(): Promise<void>;
}

/** The composition root: every object of the process is built here, in plain sight. */
export async function createApp(foundation: Foundation, outside: Outside = {}): Promise<App> {
  const { env, logger } = foundation;
  const infrastructure = await buildInfrastructure(foundation);
  const jobs = buildJobs(foundation, infrastructure);
  const providers = buildProviders(foundation, infrastructure);
  const services = buildServices(foundation, infrastructure, jobs, providers, outside);
  registerJobs(jobs.registry, foundation, infrastructure, providers, services);

  const guards = buildGuards(foundation, infrastructure, services, providers.captcha);
  const contexts = new RequestContexts(infrastructure.clientIps, infrastructure.geoIp, guards);
  const errors = new ErrorPresenter(infrastructure.translations, logger);
  const resolvers = buildResolvers(services, {
    refreshCookie: new RefreshCookie(env.COOKIE_DOMAIN),
    cookieOrigins: new CookieOrigins(env.allowedOrigins),
    messages: new LocalizedMessages(infrastructure.translations),
  });
  const schema = buildGraphQLSchema(resolvers.map(({ constructor }) => constructor) as NonEmptyArray<Function>, containerOf(resolvers));
  registerRestArguments(schema);
  const documentation = await loadDocumentation();
  applyDocumentation(schema, documentation);
  const errorText = (key: string) => infrastructure.translations.text('en', 'errors', key);
  checkOperations({ operations: operations, schema, documentation, hasErrorText: (key) => errorText(key) !== key });

  const http = await createHttpServer({ allowedOrigins: env.allowedOrigins, contexts, errors, logger });
  mountRestApi(http, restSchemaOf(schema), contexts, errors);
  const apollo: ApolloServer<RequestContext> = await mountGraphQL(http, { schema, contexts, errors, introspection: env.introspection });
  mountOpenApi(http, buildOpenApiDocuments({ schema, documentation, errorText, serverUrl: env.publicUrl, version: manifest.version }));
  await http.register(storageRoutes({ files: providers.localFiles, urls: providers.localUrls }));
  if (!env.production) {
    await http.register(devOutboxRoutes({ outbox: providers.developmentOutbox }));
    await http.register(graphiqlRoutes);
  }
  mountHealth(http, { ...foundation, ...infrastructure, metricsToken: env.METRICS_TOKEN });

  return {
    http,
    infrastructure,
    jobs,
    providers,
    services,
    start: async ({ background = true } = {}) => {
      await infrastructure.redis?.connect();
      await infrastructure.settings.start();
      await providers.registry.start();
      await services.accountStates.start();
      await jobs.queue.start();
      if (!background) return;
      jobs.relay.start();
      if (env.WORKER) {
        await jobs.worker.start();
        await jobs.scheduler.start();
      }
    },
    stop: async () => {
      await http.close();
      await apollo.stop();
      await jobs.scheduler.stop();
      await jobs.worker.stop();
      await jobs.relay.stop();
      await jobs.queue.close();
      await providers.registry.stop();
      await infrastructure.settings.stop();
      await infrastructure.bus.close();
      await infrastructure.redis?.close();
    },
  };
}

/** TypeGraphQL asks for the object of each resolver class; they were all built above. */
function containerOf(resolvers: object[]) {
  const byClass = new Map<unknown, object>(resolvers.map((resolver) => [resolver.constructor, resolver]));
  return { get: (resolver: unknown) => byClass.get(resolver) };
}
