import { defineErrors } from '../../infrastructure/errors.js';

export const ProviderErrors = defineErrors({
  notConfigured: [400, 'admin.provider.not_configured', 'a required setting or credential is missing'],
  loginNotSupported: [
    400,
    'admin.provider.login_not_supported',
    'loginEnabled for a platform that is for linking only',
  ],
  notFound: [404, 'admin.provider.not_found', 'unknown family or provider'],
  isActive: [409, 'admin.provider.is_active', 'the provider in force cannot be switched off or lose a credential'],
  fixed: [409, 'admin.provider.fixed', 'the payment provider cannot be chosen'],
  devToolsDisabled: [403, 'admin.dev_tools.disabled', 'dev_tools.enabled is off or this is production'],
});
