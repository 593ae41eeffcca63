import { Args, ArgsType, Ctx, Field, ID, ObjectType, Resolver } from 'type-graphql';
import { MutationOperation, QueryOperation } from '../../operations/declaration.js';
import { viewerOf, type RequestContext } from '../../operations/request-context.js';
import { SessionErrors } from '../../services/auth/auth.errors.js';
import { UserSessionsService } from '../../services/auth/user-sessions.service.js';

@ArgsType()
export class RevokeAuthSessionArgs {
  /** Id of the session, as the list of sessions tells it. */
  @Field(() => ID)
  id!: string;
}

/** A sign-in on one device. */
@ObjectType()
export class AuthSession {
  /** Stays the same over the life of the sign-in. */
  @Field(() => ID)
  id!: string;

  /** Browser and system, null when unknown. */
  @Field(() => String, { nullable: true })
  device!: string | null;

  /** Address of the last refresh, its last part masked. */
  @Field(() => String, { nullable: true })
  ipMasked!: string | null;

  /** Always null: no place is looked up. */
  @Field(() => String, { nullable: true })
  location!: string | null;

  /** Whether the call itself came from this session. */
  @Field()
  isCurrent!: boolean;

  /** Time of the sign-in. */
  @Field()
  createdAt!: Date;

  /** Time of the last refresh. */
  @Field()
  lastActiveAt!: Date;
}

/** The live sessions of the caller. */
@ObjectType()
export class AuthSessionsResult {
  /** Latest activity first. */
  @Field(() => [AuthSession])
  sessions!: AuthSession[];
}

@Resolver()
export class SessionsResolver {
  constructor(private readonly userSessions: UserSessionsService) {}

  /**
   * Lists the live sessions of the signed-in user with device, masked ip and a marker for the current one.
   *
   * @callout The current session is the one of the refresh cookie, else the one of the access token.
   * @effect One entry a sign-in that is live; nothing is written. {@link UserSessionsService.list}
   */
  @QueryOperation(() => AuthSessionsResult, { rest: 'GET /auth/sessions', access: 'user', rateLimit: '30/hour' })
  async authSessions(@Ctx() context: RequestContext): Promise<AuthSessionsResult> {
    return { sessions: await this.userSessions.list(viewerOf(context), context.credentials.refreshCookie) };
  }

  /**
   * Ends one other session of the signed-in user.
   *
   * @callout The refresh token of that device is dead at once; its access token is good for reads until it expires.
   * @effect The session ends, and its sockets close. {@link UserSessionsService.revoke}
   */
  @MutationOperation(() => Boolean, {
    rest: 'DELETE /auth/sessions/:id',
    access: 'user',
    rateLimit: '20/hour',
    errors: Object.values(SessionErrors),
  })
  async revokeAuthSession(@Args() { id }: RevokeAuthSessionArgs, @Ctx() context: RequestContext): Promise<boolean> {
    await this.userSessions.revoke(viewerOf(context), context.credentials.refreshCookie, id);
    return true;
  }

  /**
   * Ends every session of the signed-in user but the current one.
   *
   * @effect All other sessions end, and sign-ins that wait for their second factor become invalid. {@link UserSessionsService.revokeOthers}
   */
  @MutationOperation(() => Boolean, { rest: 'POST /auth/sessions/revoke-all', access: 'user', rateLimit: '5/hour' })
  async revokeOtherAuthSessions(@Ctx() context: RequestContext): Promise<boolean> {
    await this.userSessions.revokeOthers(viewerOf(context), context.credentials.refreshCookie);
    return true;
  }
}
