import { AdminRole } from '../../entities/user/user.enums.js';

/** Every permission, as `resource:verb`. */
export const PERMISSIONS = [
  'config:read',
  'config:write',
  'killswitch:read',
  'killswitch:write',
  'provider:read',
  'provider:write',
  'provider:test',
  'user:read',
  'user:write',
  'user:security',
  'role:write',
  'fraud:write',
  'gdpr:read',
  'gdpr:write',
  'creator:read',
  'creator:write',
  'review:read',
  'review:decide',
  'payout:read',
  'payout:decide',
  'wallet:read',
  'wallet:freeze',
  'wallet:adjust',
  'escrow:read',
  'escrow:resolve',
  'webhook:read',
  'webhook:replay',
  'moderation:read',
  'moderation:decide',
  'ban:read',
  'ban:write',
  'appeal:read',
  'appeal:decide',
  'featured:read',
  'featured:write',
  'content:read',
  'content:write',
  'catalog:read',
  'catalog:write',
  'i18n:read',
  'i18n:write',
  'campaign:send',
  'ticket:read',
  'ticket:write',
  'contact:read',
  'contact:write',
  'referral:read',
  'referral:clawback',
  'dashboard:read',
  'audit:read',
  'job:read',
  'job:run',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** A permission, or a catalog permission narrowed to one type (`catalog:write#coupons`). */
type Grant = Permission | `catalog:${'read' | 'write'}#${string}`;

const GRANTS: Record<AdminRole, readonly Grant[]> = {
  [AdminRole.USER]: [],
  [AdminRole.SUPPORT_AGENT]: [
    'user:read',
    'creator:read',
    'wallet:read',
    'payout:read',
    'ticket:read',
    'ticket:write',
    'contact:read',
    'contact:write',
    'catalog:read#ticket-categories',
    'dashboard:read',
  ],
  [AdminRole.MODERATOR]: [
    'user:read',
    'creator:read',
    'creator:write',
    'fraud:write',
    'moderation:read',
    'moderation:decide',
    'ban:read',
    'ban:write',
    'appeal:read',
    'appeal:decide',
    'featured:read',
    'featured:write',
    'catalog:read#moderation-rules',
    'catalog:write#moderation-rules',
    'catalog:read#reserved-usernames',
    'catalog:write#reserved-usernames',
    'dashboard:read',
  ],
  [AdminRole.CONTENT_EDITOR]: [
    'content:read',
    'content:write',
    'i18n:read',
    'i18n:write',
    'featured:read',
    'featured:write',
    'catalog:read#bio-templates',
    'catalog:write#bio-templates',
    'catalog:read#theme-presets',
    'catalog:write#theme-presets',
    'dashboard:read',
  ],
  [AdminRole.FINANCE]: [
    'user:read',
    'creator:read',
    'fraud:write',
    'review:read',
    'review:decide',
    'payout:read',
    'payout:decide',
    'wallet:read',
    'wallet:freeze',
    'wallet:adjust',
    'escrow:read',
    'escrow:resolve',
    'webhook:read',
    'referral:read',
    'referral:clawback',
    'catalog:read#coupons',
    'catalog:write#coupons',
    'dashboard:read',
  ],
  [AdminRole.ADMIN]: PERMISSIONS.filter((permission) => permission !== 'role:write'),
  [AdminRole.SUPER_ADMIN]: PERMISSIONS,
};

const RANKS: Record<AdminRole, number> = {
  [AdminRole.USER]: 0,
  [AdminRole.SUPPORT_AGENT]: 1,
  [AdminRole.MODERATOR]: 1,
  [AdminRole.CONTENT_EDITOR]: 1,
  [AdminRole.FINANCE]: 1,
  [AdminRole.ADMIN]: 2,
  [AdminRole.SUPER_ADMIN]: 3,
};

const GRANT_SETS = new Map(
  Object.entries(GRANTS).map(([role, grants]) => [role as AdminRole, new Set<string>(grants)]),
);

export function hasPermission(role: AdminRole, permission: Permission): boolean {
  return GRANT_SETS.get(role)?.has(permission) ?? false;
}

/** The roles that have a permission. */
export const rolesWith = (permission: Permission): AdminRole[] =>
  Object.values(AdminRole).filter((role) => hasPermission(role, permission));

export const isStaff = (role: AdminRole): boolean => role !== AdminRole.USER;

/** Staff act only on accounts of a lower rank; a SUPER_ADMIN may also act on another one. */
export function outranks(actor: AdminRole, target: AdminRole): boolean {
  return RANKS[actor] > RANKS[target] || (actor === AdminRole.SUPER_ADMIN && target === AdminRole.SUPER_ADMIN);
}
