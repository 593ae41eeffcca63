import type { Database } from '../../infrastructure/database/database.js';
import { DomainError } from '../../infrastructure/errors.js';
import { UserErrors } from './user.errors.js';

/** How an account was acquired; written once, at sign-up. */
export interface Attribution {
  referredBy: string | null;
  /** The code used at sign-up, not the user's own. */
  referralCode: string | null;
  firstReferrerUrl: string | null;
  firstLandingPage: string | null;
  acquiredViaCreatorId: string | null;
  utmSource: string | null;
  utmMedium: string | null;
  utmCampaign: string | null;
  utmTerm: string | null;
  utmContent: string | null;
  registrationDevice: string | null;
  registrationCountry: string | null;
  createdAt: Date;
}

/** Reads attributions, any number in one statement. */
export class Attributions {
  constructor(private readonly database: Database) {}

  /** @throws DomainError `error.user.not_found` */
  async attributionOf(userId: string): Promise<Attribution> {
    const [attribution] = await this.attributionsOf([userId]);
    if (!attribution) throw new DomainError(UserErrors.notFound);
    return attribution;
  }

  /** The attribution of each user, null where there is none. */
  readonly attributionsOf = async (userIds: readonly string[]): Promise<Array<Attribution | null>> => {
    const rows = await this.database.prepared<Attribution & { id: string }>('user-attribution', ATTRIBUTIONS, [userIds]);
    const byId = new Map(rows.map(({ id, ...attribution }) => [id, attribution]));
    return userIds.map((id) => byId.get(id) ?? null);
  };
}

// The row of an erased referrer stays, so that other rows may refer to it; for clients it is gone.
const ATTRIBUTIONS = `
select u.id, referrer.id as "referredBy", u.referral_code_used as "referralCode", u.first_referrer_url as "firstReferrerUrl",
  u.first_landing_page as "firstLandingPage", u.acquired_via_creator_id as "acquiredViaCreatorId",
  u.utm_source as "utmSource", u.utm_medium as "utmMedium", u.utm_campaign as "utmCampaign", u.utm_term as "utmTerm",
  u.utm_content as "utmContent", u.registration_device as "registrationDevice",
  u.registration_country as "registrationCountry", u.created_at as "createdAt"
from user_account u left join user_account referrer on referrer.id = u.referred_by and referrer.status <> 'DELETED'
where u.id = any($1::uuid[])`;
