import type { FastifyRequest } from 'fastify';
import type { ClientIpResolver } from '../infrastructure/client-ip.js';
import type { GeoIp } from '../infrastructure/geo-ip.js';
import { negotiateLocale } from '../infrastructure/i18n/negotiate-locale.js';
import { DEFAULT_LOCALE, SUPPORTED_LOCALES } from '../infrastructure/i18n/locales.js';
import { isUuid, newId } from '../infrastructure/ids.js';
import type { GuardChain } from '../operations/guard-chain.js';
import { Loaders } from '../operations/loaders.js';
import type { ClientInfo, RequestContext } from '../operations/request-context.js';
import { ResponseEffects } from '../operations/response-effects.js';
import { REFRESH_COOKIE } from '../operations/refresh-cookie.js';

const LOCALES = SUPPORTED_LOCALES.map((locale) => locale.code);

/** The part of an HTTP request or WebSocket upgrade that a context is made of. */
export interface Incoming {
  headers: Record<string, string | string[] | undefined>;
  socket: { remoteAddress?: string };
}

/** Makes the context of a request out of its headers and socket. */
export class RequestContexts {
  constructor(
    private readonly clientIps: ClientIpResolver,
    private readonly geoIp: GeoIp,
    private readonly guards: GuardChain,
  ) {}

  fromHttp(request: FastifyRequest, surface: 'rest' | 'graphql'): RequestContext {
    const { headers } = request;
    return {
      surface,
      correlationId: request.id,
      client: request.client,
      credentials: {
        bearer: bearerOf(headers.authorization),
        refreshCookie: request.cookies[REFRESH_COOKIE] || null,
        reactivateToken: single(headers['x-reactivate-token']),
      },
      idempotencyKey: single(headers['idempotency-key']),
      response: new ResponseEffects(),
      guards: this.guards,
      loaders: new Loaders(),
      viewer: null,
    };
  }

  client({ headers, socket }: Incoming): ClientInfo {
    const ip = this.clientIps.resolve(socket.remoteAddress, headers);
    const acceptLanguage = single(headers['accept-language']);
    return {
      ip,
      userAgent: single(headers['user-agent'])?.slice(0, 512) ?? null,
      country: this.geoIp.country(ip) ?? this.clientIps.country(socket.remoteAddress, headers),
      acceptLanguage,
      locale: negotiateLocale(acceptLanguage ?? undefined, LOCALES, DEFAULT_LOCALE),
      origin: single(headers.origin),
    };
  }
}

/** The caller's own id when it is a UUID, so that it finds its call in logs and audit rows; else a new one. */
export function correlationIdOf(headers: Incoming['headers']): string {
  const given = single(headers['x-correlation-id']);
  return given && isUuid(given) ? given.toLowerCase() : newId();
}

/** The token of an `Authorization: Bearer` header (RFC 6750); an empty text for any other scheme, which no guard accepts. */
export function bearerOf(header: string | undefined): string | null {
  if (header === undefined) return null;
  return /^Bearer +([\w.~+/-]+=*) *$/i.exec(header)?.[1] ?? '';
}

function single(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
