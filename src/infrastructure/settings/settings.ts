import type { Logger } from '../logger.js';
import type { Database } from '../database/database.js';
import type { MessageBus } from '../bus/message-bus.js';
import type { Setting } from './setting.js';

const CHANGED = 'config:changed';
const REFRESH_MILLISECONDS = 60_000;

/** A stored override of a default. */
export interface SettingOverride {
  value: unknown;
  updatedAt: Date;
  updatedBy: string;
}

/**
 * The settings in force. Overrides are held in memory and read synchronously; a change drops them on every instance by
 * publish/subscribe, and a refresh once a minute covers a lost message.
 */
export class Settings {
  private readonly definitions: ReadonlyMap<string, Setting>;
  private overrides = new Map<string, SettingOverride>();
  private timer?: NodeJS.Timeout;
  private unsubscribe?: () => Promise<void>;

  constructor(
    definitions: readonly Setting[],
    private readonly database: Database,
    private readonly bus: MessageBus,
    private readonly logger: Logger,
  ) {
    this.definitions = new Map(definitions.map((definition) => [definition.key, definition]));
    if (this.definitions.size !== definitions.length) throw new Error('a setting is defined twice');
  }

  /** Reads the overrides and keeps them fresh until {@link stop}. */
  async start(): Promise<void> {
    this.unsubscribe = await this.bus.subscribe(CHANGED, () => void this.reloadQuietly());
    await this.reload();
    this.timer = setInterval(() => void this.reloadQuietly(), REFRESH_MILLISECONDS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.unsubscribe?.();
  }

  get<T>(definition: Setting<T>): T {
    const override = this.overrides.get(definition.key);
    return override ? (override.value as T) : definition.defaultValue;
  }

  /** Every definition, ordered by key. */
  all(): Setting[] {
    return [...this.definitions.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  find(key: string): Setting | undefined {
    return this.definitions.get(key);
  }

  override(key: string): SettingOverride | undefined {
    return this.overrides.get(key);
  }

  /** Call inside the transaction that changed a value: every instance, this one first, reads anew after its commit. */
  async changed(key: string): Promise<void> {
    await this.database.afterCommit(async () => {
      await this.reload();
      await this.bus.publish(CHANGED, { key });
    });
  }

  private async reload(): Promise<void> {
    const rows = await this.database.query<{ key: string; value: unknown; updated_at: Date; updated_by: string }>(
      'select key, value, updated_at, updated_by from config_value',
    );
    this.overrides = new Map(
      rows
        .filter((row) => this.definitions.has(row.key))
        .map((row) => [row.key, { value: row.value, updatedAt: row.updated_at, updatedBy: row.updated_by }]),
    );
  }

  private async reloadQuietly(): Promise<void> {
    try {
      await this.reload();
    } catch (error) {
      this.logger.warn({ err: error }, 'settings could not be read; the last known values stay in force');
    }
  }
}
