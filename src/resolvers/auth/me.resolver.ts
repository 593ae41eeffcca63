import { Ctx, Field, ID, ObjectType, registerEnumType, Resolver } from 'type-graphql';
import { UserStatus } from '../../entities/user/user.enums.js';
import { QueryOperation } from '../../operations/declaration.js';
import { viewerOf, type RequestContext } from '../../operations/request-context.js';
import { IdentityService } from '../../services/auth/identity.service.js';

registerEnumType(UserStatus, { name: 'UserStatus' });

/** The signed-in user in short, and the root from which GraphQL clients reach everything that is theirs. */
@ObjectType()
export class Me {
  /** Id of the account. */
  @Field(() => ID)
  id!: string;

  /** Present address. */
  @Field()
  email!: string;

  /** Public handle. */
  @Field(() => String, { nullable: true })
  username!: string | null;

  /** Name shown to others. */
  @Field(() => String, { nullable: true })
  displayName!: string | null;

  /** URL of the avatar. */
  @Field(() => String, { nullable: true })
  avatarUrl!: string | null;

  /** State of the account; an account that is not ACTIVE cannot call, so this is ACTIVE. */
  @Field(() => UserStatus)
  status!: UserStatus;

  /** Whether the present address is verified. */
  @Field()
  emailVerified!: boolean;

  /** Whether sign-in asks for a second factor. */
  @Field()
  twoFactorEnabled!: boolean;
}

@Resolver(() => Me)
export class MeResolver {
  constructor(private readonly identities: IdentityService) {}

  /**
   * Returns the short identity of the signed-in user.
   *
   * @effect The account is read by the subject of the token, without relations; nothing is written. {@link IdentityService.identityOf}
   */
  @QueryOperation(() => Me, { rest: 'GET /auth/me', access: 'user', rateLimit: '60/hour' })
  me(@Ctx() context: RequestContext): Promise<Me> {
    return this.identities.identityOf(viewerOf(context).userId);
  }
}
