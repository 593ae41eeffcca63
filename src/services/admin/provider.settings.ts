import { setting } from '../../infrastructure/settings/setting.js';

const active = (family: string, builtIn: string) =>
  setting.string(`external.${family}.active_provider`, builtIn, `provider in force for ${family}`, {
    managedElsewhere: { endpoint: 'PATCH /api/v1/admin/providers/:family/:provider' },
  });

/** The provider in force of each family; the built-in ones need no account. */
export const ProviderSettings = {
  email: active('email', 'outbox'),
  sms: active('sms', 'outbox'),
  push: active('push', 'outbox'),
  captcha: active('captcha', 'none'),
  kyc: active('kyc', 'manual'),
  storage: active('storage', 'local'),
} as const;
