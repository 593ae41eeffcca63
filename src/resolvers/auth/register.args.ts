import { Equals, IsBoolean, IsIn, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { ArgsType, Field, ID, registerEnumType } from 'type-graphql';
import { HasSafeCharacters, IsEmailAddress, IsNewPassword, IsWebUrl, TrimmedLength } from '../shared/validators.js';

/** What somebody who signs up came for. */
export enum SignupIntent {
  /** To publish a bio page and be paid for answers. */
  creator = 'creator',
  /** To follow and write to creators. */
  fan = 'fan',
}
registerEnumType(SignupIntent, { name: 'SignupIntent' });

@ArgsType()
export class RegisterArgs {
  /** Address of the account; trimmed and lower-cased. */
  @Field()
  @IsEmailAddress()
  email!: string;

  /** 8-128 characters with an upper-case letter, a lower-case letter and a digit; not a common password. */
  @Field()
  @IsNewPassword()
  password!: string;

  /** Consent to the terms of service; must be true. */
  @Field()
  @IsBoolean()
  @Equals(true)
  acceptedTerms!: boolean;

  /** Consent to the privacy policy; must be true. */
  @Field()
  @IsBoolean()
  @Equals(true)
  acceptedPrivacy!: boolean;

  /** Public handle of lower-case letters, digits, dots, underscores and hyphens; can be chosen later. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  username?: string | null;

  /** Name shown to others, 1-100 characters. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @TrimmedLength(1, 100)
  @HasSafeCharacters()
  displayName?: string | null;

  /** What the account is for; left out while undecided. */
  @Field(() => SignupIntent, { nullable: true })
  @IsOptional()
  @IsIn(Object.values(SignupIntent))
  intent?: SignupIntent | null;

  /** Token of the captcha widget; needed while captchas are switched on. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(4096)
  captchaToken?: string | null;

  /** Referral code of somebody who invited; an unknown one is ignored. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(64)
  referralCode?: string | null;

  /** Language of mails and messages; default is the best match of Accept-Language. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(10)
  locale?: string | null;

  /** Campaign source of the first visit. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(255)
  utmSource?: string | null;

  /** Campaign medium of the first visit. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(255)
  utmMedium?: string | null;

  /** Campaign name of the first visit. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(255)
  utmCampaign?: string | null;

  /** Campaign search term of the first visit. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(255)
  utmTerm?: string | null;

  /** Campaign content of the first visit. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(255)
  utmContent?: string | null;

  /** Page that linked to the first visit. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsWebUrl()
  firstReferrerUrl?: string | null;

  /** Page of the platform that was visited first: a path or an URL. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(2048)
  firstLandingPage?: string | null;

  /** A verified challenge of purpose verify-phone-fan, not older than 30 minutes. */
  @Field(() => ID, { nullable: true })
  @IsOptional()
  @IsUUID()
  phoneChallengeId?: string | null;
}
