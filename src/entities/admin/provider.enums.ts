/** A kind of outside service. Plain literals, so that code says `withFailover('email', …)`. */
export const ProviderFamily = {
  email: 'email',
  sms: 'sms',
  push: 'push',
  captcha: 'captcha',
  kyc: 'kyc',
  storage: 'storage',
  oauth: 'oauth',
  payment: 'payment',
} as const;

export type ProviderFamily = keyof typeof ProviderFamily;

/** What is known about a provider; a probe tells UP from DOWN, a failed call in between makes it DEGRADED. */
export enum ProviderHealth {
  UNKNOWN = 'UNKNOWN',
  UP = 'UP',
  DEGRADED = 'DEGRADED',
  DOWN = 'DOWN',
}
