import type { Database } from '../../infrastructure/database/database.js';
import { rolesWith, type Permission } from './permissions.js';

/** Who works for the platform. */
export class StaffMembers {
  constructor(private readonly database: Database) {}

  /** Ids of the ACTIVE accounts whose role has a permission. */
  async withPermission(permission: Permission): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `select id from user_account where role = any($1) and status = 'ACTIVE' order by id`,
      [rolesWith(permission)],
    );
    return rows.map(({ id }) => id);
  }
}
