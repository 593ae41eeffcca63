import type { GraphQLResolveInfo } from 'graphql';
import type { Viewer } from '../services/auth/authentication.js';
import type { GuardChain } from './guard-chain.js';
import type { Loaders } from './loaders.js';
import type { ResponseEffects } from './response-effects.js';

/** What the transport knows about the caller's device. */
export interface ClientInfo {
  ip: string;
  userAgent: string | null;
  /** ISO 3166 alpha-2 by address, null when unknown. */
  country: string | null;
  acceptLanguage: string | null;
  /** Best match of Accept-Language among the supported locales. */
  locale: string;
  origin: string | null;
}

/** Proofs of identity as they came in; what they are worth is decided by guards and services. */
export interface Credentials {
  bearer: string | null;
  refreshCookie: string | null;
  reactivateToken: string | null;
}

/** One request, or one socket: handed to every resolver. */
export interface RequestContext {
  surface: 'rest' | 'graphql' | 'websocket';
  correlationId: string;
  client: ClientInfo;
  credentials: Credentials;
  idempotencyKey: string | null;
  response: ResponseEffects;
  guards: GuardChain;
  loaders: Loaders;
  /** Who calls, set by the guards before the resolver runs; null for an anonymous call. */
  viewer: Viewer | null;
  /** Raw arguments of a REST call, read by the guards in place of GraphQL arguments. */
  restArguments?: Record<string, unknown>;
  /** Set once the bearer was looked at, so that ten aliases authenticate once. */
  authentication?: Promise<Viewer>;
}

/** The viewer of an operation that is not public. The guards have made sure that there is one. */
export function viewerOf(context: RequestContext): Viewer {
  if (!context.viewer) throw new Error('this operation needs an access rule with a bearer');
  return context.viewer;
}

/** The caller's own language setting, else the best match of Accept-Language. */
export function localeOf({ viewer, client }: Pick<RequestContext, 'viewer' | 'client'>): string {
  return viewer?.locale ?? client.locale;
}

/** One call of one operation on its way through the guards. */
export interface OperationCall {
  context: RequestContext;
  args: Record<string, unknown>;
  info: GraphQLResolveInfo;
}
