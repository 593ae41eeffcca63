import { createSecretKey, type KeyObject } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../../infrastructure/clock.js';
import type { NamedKey } from '../../infrastructure/env.js';
import { newId } from '../../infrastructure/ids.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { AuthSettings } from './auth.settings.js';

const ISSUER = 'bio.re';
const AUDIENCE = 'api';
const APPEAL_TTL_SECONDS = 1800;
const MAX_CACHED = 10_000;

export type TokenScope = 'user' | 'appeal';

/** What a genuine, unexpired token says. Role and status are never among it. */
export interface AccessClaims {
  userId: string;
  /** Session family; null in an appeal token. */
  sessionId: string | null;
  scope: TokenScope;
  /** Time of the sign-in, which rotations keep. */
  authenticatedAt: Date;
  expiresAt: Date;
}

/** A token as it is handed to a client. */
export interface IssuedToken {
  token: string;
  /** Seconds. */
  expiresIn: number;
}

/**
 * Signs and verifies access tokens: JWT (RFC 7519) with HS256 alone, the key picked by `kid`. The newest key signs, older
 * ones verify until they leave the environment.
 */
export class AccessTokens {
  private readonly keys: Map<string, KeyObject>;
  private readonly verified = new Map<string, AccessClaims>();

  constructor(
    private readonly ring: readonly NamedKey[],
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {
    this.keys = new Map(ring.map(({ id, secret }) => [id, createSecretKey(Buffer.from(secret))]));
  }

  issueForSession(userId: string, familyId: string, authenticatedAt: Date): Promise<IssuedToken> {
    return this.issue(
      { userId, sessionId: familyId, scope: 'user', authenticatedAt },
      this.settings.get(AuthSettings.accessTokenTtlSeconds),
    );
  }

  /** A token that opens `POST /users/appeals` and nothing else, for 30 minutes. */
  issueForAppeal(userId: string): Promise<IssuedToken> {
    return this.issue(
      { userId, sessionId: null, scope: 'appeal', authenticatedAt: this.clock.now() },
      APPEAL_TTL_SECONDS,
    );
  }

  /** @returns the claims, or null for a token that is forged, expired, or of another issuer, audience or algorithm. */
  async verify(token: string): Promise<AccessClaims | null> {
    const cached = this.verified.get(token);
    const claims = cached ?? (await this.verifySignature(token));
    if (!claims) return null;
    if (claims.expiresAt <= this.clock.now()) {
      this.verified.delete(token);
      return null;
    }
    if (!cached) this.remember(token, claims);
    return claims;
  }

  private async issue(claims: Omit<AccessClaims, 'expiresAt'>, ttlSeconds: number): Promise<IssuedToken> {
    const issuedAt = Math.floor(this.clock.now().getTime() / 1000);
    const { id } = this.ring[0]!;
    const token = await new SignJWT({
      scope: claims.scope,
      auth_time: Math.floor(claims.authenticatedAt.getTime() / 1000),
      ...(claims.sessionId && { sid: claims.sessionId }),
    })
      .setProtectedHeader({ alg: 'HS256', kid: id })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(claims.userId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ttlSeconds)
      .setJti(newId())
      .sign(this.keys.get(id)!);
    return { token, expiresIn: ttlSeconds };
  }

  private async verifySignature(token: string): Promise<AccessClaims | null> {
    try {
      const { payload } = await jwtVerify(
        token,
        ({ kid }) => {
          const key = kid === undefined ? undefined : this.keys.get(kid);
          if (!key) throw new Error('unknown key');
          return key;
        },
        {
          algorithms: ['HS256'],
          issuer: ISSUER,
          audience: AUDIENCE,
          currentDate: this.clock.now(),
          requiredClaims: ['sub', 'exp', 'iat', 'jti'],
        },
      );
      const scope = payload.scope;
      if (scope !== 'user' && scope !== 'appeal') return null;
      if (scope === 'user' && typeof payload.sid !== 'string') return null;
      return {
        userId: payload.sub!,
        sessionId: typeof payload.sid === 'string' ? payload.sid : null,
        scope,
        authenticatedAt: new Date(Number(payload.auth_time) * 1000),
        expiresAt: new Date(payload.exp! * 1000),
      };
    } catch {
      return null;
    }
  }

  /** A signature is checked once; the oldest entry makes room, so hostile tokens cannot fill the memory. */
  private remember(token: string, claims: AccessClaims): void {
    if (this.verified.size >= MAX_CACHED) this.verified.delete(this.verified.keys().next().value!);
    this.verified.set(token, claims);
  }
}
