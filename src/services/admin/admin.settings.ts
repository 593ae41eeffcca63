import { setting } from '../../infrastructure/settings/setting.js';

export const requireSecondFactor = setting.boolean('admin.require_2fa', true, 'staff accounts without a second factor are refused');

export const AdminSettings = {
  requireSecondFactor,
  devTools: setting.boolean('dev_tools.enabled', false, 'opens the provider test; without effect in production'),
  auditRetentionDays: setting.int('audit.retention_days', 365, 'audit rows older than this are removed', { min: 90 }),
  auditIpRetentionDays: setting.int('audit.ip_retention_days', 90, 'ip and user agent of older audit rows are cleared', { min: 1 }),
  payoutDualControl: setting.boolean('payout.dual_control', false, 'processing a payout must come from another person than its approval'),
} as const;
