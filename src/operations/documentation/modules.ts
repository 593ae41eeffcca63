/** What a module is called and what it is for: the tags of the OpenAPI documents and the chapters of the portal. */
export interface ModuleDescription {
  title: string;
  description: string;
}

/** The modules by the names of their folders, in the order in which a reader meets them. */
export const MODULES: Readonly<Record<string, ModuleDescription>> = {
  auth: {
    title: 'Authentication',
    description: 'Sign-up, sign-in, second factors, sessions and the way back into an account.',
  },
  user: { title: 'Users', description: 'Profile, settings, blocks, appeals, data export and the end of an account.' },
  creator: {
    title: 'Creators',
    description: 'Becoming a creator, the bio page with its links, prices, identity checks and payout settings.',
  },
  messages: {
    title: 'Messages',
    description: 'Paid conversations between fans and creators, from sending to reply or refund.',
  },
  notifications: {
    title: 'Notifications',
    description: 'The inbox, delivery channels, preferences, devices and unsubscribing.',
  },
  payment: { title: 'Payment', description: 'Loading a wallet and reading its balance and movements.' },
  payout: { title: 'Payout', description: 'Paying out what a creator has earned.' },
  discover: { title: 'Discover', description: 'Finding creators by search, category and trend.' },
  analytics: { title: 'Analytics', description: 'Recording visits and clicks of those who consented.' },
  'creator-analytics': {
    title: 'Creator analytics',
    description: 'What creators learn about the visits of their pages.',
  },
  content: { title: 'Content', description: 'Pages, blog, help, FAQ, announcements and the contact form.' },
  i18n: { title: 'Languages', description: 'Supported languages and their texts.' },
  referral: { title: 'Referral', description: 'Inviting others and the rewards for it.' },
  support: { title: 'Support', description: 'Tickets between users and the support team.' },
  upload: { title: 'Upload', description: 'Signed addresses for sending files.' },
  theme: { title: 'Themes', description: 'The looks a bio page can have.' },
  presence: { title: 'Presence', description: 'Who is online.' },
  platform: { title: 'Platform', description: 'Public figures about the platform.' },
  legal: { title: 'Legal', description: 'Cookie consent and legal texts.' },
  realtime: { title: 'Realtime', description: 'Operations that keep live subscriptions going.' },
  admin: {
    title: 'Administration',
    description: 'The surface of the staff: settings, accounts, money, moderation, content and operation.',
  },
};
