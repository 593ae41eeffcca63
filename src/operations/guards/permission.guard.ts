import { DomainError, GenericErrors } from '../../infrastructure/errors.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { StaffErrors } from '../../services/admin/staff.errors.js';
import { requireSecondFactor } from '../../services/admin/admin.settings.js';
import { hasPermission } from '../../services/admin/permissions.js';
import type { Check } from '../guard-chain.js';
import { viewerOf } from '../request-context.js';

/** Staff only: the role must have the permission, and the account a second factor while `admin.require_2fa` is on. */
export function permissionGuard(settings: Settings): Check {
  return ({ definition, context }) => {
    const viewer = viewerOf(context);
    const { access } = definition;
    if (typeof access !== 'object' || !hasPermission(viewer.role, access.permission)) throw new DomainError(GenericErrors.forbidden);
    if (settings.get(requireSecondFactor) && !viewer.twoFactorEnabled) throw new DomainError(StaffErrors.twoFactorRequired);
  };
}
