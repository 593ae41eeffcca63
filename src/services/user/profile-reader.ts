import type { UserStatus } from '../../entities/user/user.enums.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError } from '../../infrastructure/errors.js';
import { UserErrors } from './user.errors.js';

/** What links an account of another platform: sign-in, or the display on the page of a creator. */
export enum LinkedAccountKind {
  /** Signs the user in. */
  LOGIN = 'LOGIN',
  /** Connected by a creator, to show it. */
  CONNECTED = 'CONNECTED',
}

/** An account on another platform. */
export interface LinkedAccount {
  /** Upper case. */
  platform: string;
  platformUsername: string | null;
  connectedAt: Date;
  kind: LinkedAccountKind;
}

/** The whole account as its owner sees it. */
export interface UserProfile {
  id: string;
  email: string;
  username: string | null;
  displayName: string | null;
  avatarUrl: string | null;
  bio: string | null;
  status: UserStatus;
  emailVerified: boolean;
  locale: string | null;
  lastLoginAt: Date | null;
  twoFactorEnabled: boolean;
  createdAt: Date;
  isCreator: boolean;
  socialAccounts: LinkedAccount[];
  /** The user's own code. */
  referralCode: string | null;
  firstReferrerUrl: string | null;
  firstLandingPage: string | null;
  utmSource: string | null;
  utmMedium: string | null;
  utmCampaign: string | null;
  registrationDevice: string | null;
  registrationCountry: string | null;
}

/** Times inside a JSON column arrive as text. */
type ProfileRow = Omit<UserProfile, 'socialAccounts'> & {
  socialAccounts: Array<Omit<LinkedAccount, 'connectedAt'> & { connectedAt: string }>;
};

/** Reads profiles, any number in one statement. */
export class ProfileReader {
  constructor(private readonly database: Database) {}

  /** @throws DomainError `error.user.not_found` */
  async profileOf(userId: string): Promise<UserProfile> {
    const [profile] = await this.profilesOf([userId]);
    if (!profile) throw new DomainError(UserErrors.notFound);
    return profile;
  }

  /** The profile of each user, null where there is none. */
  readonly profilesOf = async (userIds: readonly string[]): Promise<Array<UserProfile | null>> => {
    const rows = await this.database.prepared<ProfileRow>('user-profile', PROFILES, [userIds]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return userIds.map((id) => {
      const row = byId.get(id);
      return row ? { ...row, socialAccounts: row.socialAccounts.map(linkedAccount) } : null;
    });
  };
}

const linkedAccount = (entry: ProfileRow['socialAccounts'][number]): LinkedAccount => ({
  ...entry,
  connectedAt: new Date(entry.connectedAt),
});

// An account that serves both purposes gives two entries. Nobody can become a creator yet, so nobody is one.
const PROFILES = `
select u.id, u.email, u.username, u.display_name as "displayName", u.avatar_url as "avatarUrl", u.bio, u.status,
  u.email_verified as "emailVerified", s.locale, u.last_login_at as "lastLoginAt",
  u.two_factor_enabled as "twoFactorEnabled", u.created_at as "createdAt", false as "isCreator",
  (select coalesce(json_agg(entry), '[]') from (
     select platform, platform_username as "platformUsername", "connectedAt", kind
     from social_account, lateral (values
       (for_login, login_linked_at, 'LOGIN'), (for_social, connected_at, 'CONNECTED')
     ) as purpose (serves, "connectedAt", kind)
     where user_id = u.id and serves
     order by "connectedAt", id, kind limit 50
   ) entry) as "socialAccounts",
  u.referral_code as "referralCode", u.first_referrer_url as "firstReferrerUrl", u.first_landing_page as "firstLandingPage",
  u.utm_source as "utmSource", u.utm_medium as "utmMedium", u.utm_campaign as "utmCampaign",
  u.registration_device as "registrationDevice", u.registration_country as "registrationCountry"
from user_account u left join user_settings s on s.user_id = u.id
where u.id = any($1::uuid[])`;
