import type { Setting } from '../infrastructure/settings/setting.js';
import { AdminSettings } from '../services/admin/admin.settings.js';
import { KILL_SWITCHES } from '../services/admin/kill-switches.js';
import { ProviderSettings } from '../services/admin/provider.settings.js';
import { AuthSettings } from '../services/auth/auth.settings.js';
import { RealtimeSettings } from '../services/realtime/realtime.settings.js';
import { UserSettingsKeys } from '../services/user/user.settings.js';

/** Every setting that staff can see, each once: some stand in the lists of two modules. */
export const settingDefinitions: Setting[] = [
  ...new Set<Setting>([
    ...Object.values(KILL_SWITCHES).map(({ setting }) => setting),
    ...Object.values(AdminSettings),
    ...Object.values(ProviderSettings),
    ...Object.values(AuthSettings),
    ...Object.values(UserSettingsKeys),
    ...Object.values(RealtimeSettings),
  ] as Setting[]),
];
