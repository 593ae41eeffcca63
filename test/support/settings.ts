import type { TestApp } from './test-app.js';
import { givenUser } from './users.js';

/** Runs `work` while a setting has another value than its default. */
export async function withSetting<T>(app: TestApp, key: string, value: unknown, work: () => Promise<T>): Promise<T> {
  const { settings } = app.app.infrastructure;
  const { id } = await givenUser(app);
  await app.query('insert into config_value (key, value, updated_by, updated_at) values ($1, $2, $3, $4)', [
    key,
    JSON.stringify(value),
    id,
    app.clock.now(),
  ]);
  await settings.changed(key);
  try {
    return await work();
  } finally {
    await app.query('delete from config_value where key = $1', [key]);
    await settings.changed(key);
  }
}
