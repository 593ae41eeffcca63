import { defineErrors, type ErrorDefinition } from '../../infrastructure/errors.js';
import { setting, type Setting } from '../../infrastructure/settings/setting.js';

/** Features that staff can close at once. */
export enum KillSwitch {
  PAYMENT = 'PAYMENT',
  PAYOUT = 'PAYOUT',
  MESSAGING = 'MESSAGING',
  DISCOVER = 'DISCOVER',
  REFERRAL = 'REFERRAL',
  CREATOR_UPGRADE = 'CREATOR_UPGRADE',
  KYC = 'KYC',
  REGISTRATION = 'REGISTRATION',
  ANALYTICS_TRACKING = 'ANALYTICS_TRACKING',
}

const when = 'staff has closed the feature';

export const FeatureErrors = defineErrors({
  payment: [503, 'features.payment_disabled', when, 'FEATURE_DISABLED'],
  payout: [503, 'features.payout_disabled', when, 'FEATURE_DISABLED'],
  messaging: [503, 'features.messaging_disabled', when, 'FEATURE_DISABLED'],
  discover: [503, 'features.discover_disabled', when, 'FEATURE_DISABLED'],
  referral: [503, 'features.referral_disabled', when, 'FEATURE_DISABLED'],
  creatorUpgrade: [503, 'features.creator_upgrade_disabled', when, 'FEATURE_DISABLED'],
  kyc: [503, 'features.kyc_disabled', when, 'FEATURE_DISABLED'],
  registrationClosed: [403, 'auth.register.closed', 'no new accounts are taken at the moment'],
});

const MANAGED = { managedElsewhere: { endpoint: 'PUT /api/v1/admin/kill-switches/:name' } };

const killSwitch = (name: KillSwitch) => setting.boolean(`kill_switch.${name}`, false, `closes the feature ${name}`, MANAGED);

interface KillSwitchDefinition {
  name: KillSwitch;
  /** The setting that holds the state. */
  setting: Setting<boolean>;
  /** The setting says that the feature is open, the other way round than a switch. */
  inverted: boolean;
  /** What a closed operation answers; null: it answers as usual and writes nothing. */
  answer: ErrorDefinition | null;
  /** Routes that it closes, for staff to read. */
  closes: string[];
}

export const registrationEnabled = setting.boolean('platform.registration_enabled', true, 'off: no new account by form or OAuth', MANAGED);
export const trackingEnabled = setting.boolean('analytics.tracking_enabled', true, 'off: nothing is recorded for analytics', MANAGED);

const feature = (name: KillSwitch, answer: ErrorDefinition, closes: string[]): KillSwitchDefinition => ({
  name,
  setting: killSwitch(name),
  inverted: false,
  answer,
  closes,
});

/** The nine switches, in the order of the enum. */
export const KILL_SWITCHES: Record<KillSwitch, KillSwitchDefinition> = {
  PAYMENT: feature(KillSwitch.PAYMENT, FeatureErrors.payment, ['/wallet/*']),
  PAYOUT: feature(KillSwitch.PAYOUT, FeatureErrors.payout, ['/payouts/*']),
  MESSAGING: feature(KillSwitch.MESSAGING, FeatureErrors.messaging, ['/messages/*']),
  DISCOVER: feature(KillSwitch.DISCOVER, FeatureErrors.discover, ['/discover/*']),
  REFERRAL: feature(KillSwitch.REFERRAL, FeatureErrors.referral, ['/referral/*']),
  CREATOR_UPGRADE: feature(KillSwitch.CREATOR_UPGRADE, FeatureErrors.creatorUpgrade, ['POST /creators/upgrade']),
  KYC: feature(KillSwitch.KYC, FeatureErrors.kyc, ['POST /creators/kyc/start']),
  REGISTRATION: {
    name: KillSwitch.REGISTRATION,
    setting: registrationEnabled,
    inverted: true,
    answer: FeatureErrors.registrationClosed,
    closes: ['POST /auth/register', 'POST /auth/oauth/login for a new account'],
  },
  ANALYTICS_TRACKING: {
    name: KillSwitch.ANALYTICS_TRACKING,
    setting: trackingEnabled,
    inverted: true,
    answer: null,
    closes: ['/analytics/*'],
  },
};

/** True while the feature is closed. */
export function isEngaged(settings: { get<T>(definition: Setting<T>): T }, name: KillSwitch): boolean {
  const definition = KILL_SWITCHES[name];
  return settings.get(definition.setting) !== definition.inverted;
}
