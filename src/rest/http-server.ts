import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { DomainError, GenericErrors } from '../infrastructure/errors.js';
import { runInRequestScope } from '../infrastructure/request-scope.js';
import type { Logger } from '../infrastructure/logger.js';
import type { ErrorPresenter } from '../operations/error-presenter.js';
import type { ClientInfo } from '../operations/request-context.js';
import { correlationIdOf, type RequestContexts } from './request-contexts.js';

const BODY_LIMIT = 256 * 1024;

declare module 'fastify' {
  interface FastifyRequest {
    /** What is known about the caller's device. */
    client: ClientInfo;
  }
}

export interface HttpServerOptions {
  allowedOrigins: string[];
  contexts: RequestContexts;
  errors: ErrorPresenter;
  logger: Logger;
}

/** The HTTP server with what holds for every answer: envelope of errors, correlation id, security headers, CORS, logs. */
export async function createHttpServer({ allowedOrigins, contexts, errors, logger }: HttpServerOptions): Promise<FastifyInstance> {
  const fastify = Fastify({
    bodyLimit: BODY_LIMIT,
    // Forwarding headers are read by ClientIpResolver alone, and only from trusted proxies.
    trustProxy: false,
    genReqId: (request) => correlationIdOf(request.headers),
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 2048 },
    forceCloseConnections: 'idle',
  });
  fastify.decorateRequest('client', null as unknown as ClientInfo);
  fastify.addHook('onRequest', async (request, reply) => {
    request.client = contexts.client(request.raw);
    reply.headers({ 'x-correlation-id': request.id, 'cache-control': 'no-store' });
  });
  // After the body was read: its stream events would lose the scope.
  fastify.addHook('preHandler', (request, _reply, done) => runInRequestScope(scopeOf(request), done));
  logResponses(fastify, logger);

  await fastify.register(helmet, {
    contentSecurityPolicy: false,
    frameguard: { action: 'deny' },
    hsts: { maxAge: 31_536_000, includeSubDomains: true },
    referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
  });
  await fastify.register(cors, {
    origin: allowedOrigins,
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['X-Correlation-Id', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'ETag'],
    maxAge: 600,
  });
  await fastify.register(cookie);
  acceptJsonAlone(fastify);

  fastify.setErrorHandler((error, request, reply) => {
    const { status, headers, body } = errors.present(error, { locale: request.client.locale, correlationId: request.id });
    return reply.code(status).headers(headers).send({ success: false, error: body });
  });
  fastify.setNotFoundHandler(() => {
    throw new DomainError(GenericErrors.notFound);
  });
  return fastify;
}

const scopeOf = (request: FastifyRequest) => ({
  correlationId: request.id,
  ip: request.client.ip,
  userAgent: request.client.userAgent,
  locale: request.client.locale,
  actorId: null,
  actorType: 'USER' as const,
});

/** A body of any other type is 415: text/plain would reach the parser without a CORS preflight. */
function acceptJsonAlone(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body as string, done);
  });
}

/** Route patterns and no query strings: tokens travel in them. */
function logResponses(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    logger.info(
      {
        correlationId: request.id,
        method: request.method,
        route: request.routeOptions.url ?? 'unknown',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    );
    done();
  });
}
