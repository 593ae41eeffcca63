import { defineErrors } from '../../infrastructure/errors.js';

/** What every endpoint of the staff surface may answer. */
export const StaffErrors = defineErrors({
  twoFactorRequired: [403, 'admin.two_factor_required', "admin.require_2fa is on and the caller's account has no second factor"],
  selfAction: [403, 'admin.self_action', 'the target is or belongs to the caller'],
  protected: [403, 'admin.user.protected', "the target's rank is not below the caller's"],
});
