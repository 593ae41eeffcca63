import type { AdminRole } from '../../entities/user/user.enums.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { isStaff } from '../admin/permissions.js';
import { AuthSettings } from './auth.settings.js';

/** Whether an account of this role may use SMS codes as a second factor; staff never may. */
export function smsFactorAllowed(settings: Settings, role: AdminRole): boolean {
  return settings.get(AuthSettings.smsSecondFactorEnabled) && !isStaff(role);
}
