import type { User } from '../entities/user/user.entity.js';
import { AdminRole, UserIntent } from '../entities/user/user.enums.js';

/** Password of every demo account. */
export const DEMO_PASSWORD = 'Demo-passw0rd';

/** People that a laptop starts with. */
export const DEMO_ACCOUNTS: Array<Partial<User> & { email: string }> = [
  { email: 'admin@demo.test', displayName: 'Demo admin', role: AdminRole.SUPER_ADMIN },
  { email: 'ada@demo.test', username: 'ada', displayName: 'Ada', bio: 'Mathematics, poetry and engines that compute.', intent: UserIntent.CREATOR },
  { email: 'grace@demo.test', username: 'grace', displayName: 'Grace', bio: 'I explain compilers to sailors.', intent: UserIntent.CREATOR },
  { email: 'yusuf@demo.test', username: 'yusuf', displayName: 'Yusuf', bio: 'Street photography from Istanbul.', intent: UserIntent.CREATOR },
  { email: 'fan@demo.test', username: 'fan', displayName: 'Fan', intent: UserIntent.FAN },
  { email: 'mina@demo.test', username: 'mina', displayName: 'Mina', intent: UserIntent.FAN },
];
