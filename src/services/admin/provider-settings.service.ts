import type { EntityManager } from 'typeorm';
import { ProviderSetting } from '../../entities/admin/provider-setting.entity.js';
import { ProviderFamily, ProviderHealth } from '../../entities/admin/provider.enums.js';
import type { MessageBus } from '../../infrastructure/bus/message-bus.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Encryption } from '../../infrastructure/crypto/encryption.js';
import type { Database } from '../../infrastructure/database/database.js';
import { DomainError } from '../../infrastructure/errors.js';
import { newId } from '../../infrastructure/ids.js';
import type { OutboundHosts } from '../../providers/outbound-hosts.js';
import { isConfigured, type ProviderAdapter } from '../../providers/provider-adapter.js';
import { PROVIDER_CHANGED, type ActiveProviders, type ProviderRegistry } from '../../providers/provider-registry.js';
import { DEFAULT_PRIORITY, type ProviderStore } from '../../providers/provider-store.js';
import { checkCredentials, checkSettings, withoutNulls } from './provider-settings.rules.js';
import { ProviderErrors } from './provider.errors.js';

/** A provider as staff see it. Holds no secret, only the names of those that are set. */
export interface ProviderView {
  family: ProviderFamily;
  provider: string;
  active: boolean;
  enabled: boolean;
  priority: number;
  configured: boolean;
  health: ProviderHealth;
  lastCheckedAt: Date | null;
  lastError: string | null;
  settings: Record<string, unknown>;
  credentialKeys: string[];
  updatedAt: Date | null;
}

/** What staff change; absent fields stay. In the two maps a null removes one entry and absent entries stay. */
export interface ProviderChange {
  active?: boolean;
  enabled?: boolean;
  /** 0 to 100, lower first. */
  priority?: number;
  settings?: Record<string, unknown>;
  credentials?: Record<string, unknown>;
  reason: string;
}

/** A change that was made, for the audit row of the caller. */
export interface ProviderUpdate {
  before: ProviderView;
  after: ProviderView;
  /** Names of the credentials that were set or removed. */
  changedCredentials: string[];
}

/** Reads and writes the settings `external.<family>.active_provider`. */
export interface ActiveProviderSettings extends ActiveProviders {
  /** Puts a provider in force, in the transaction at hand. */
  activate(family: ProviderFamily, provider: string, reason: string): Promise<void>;
}

/** How staff see and set up the providers whose adapters are code (all families but oauth and payment). */
export class ProviderSettingsService {
  constructor(
    private readonly registry: ProviderRegistry,
    private readonly activeProviders: ActiveProviderSettings,
    private readonly store: ProviderStore,
    private readonly database: Database,
    private readonly encryption: Encryption,
    private readonly hosts: OutboundHosts,
    private readonly bus: MessageBus,
    private readonly clock: Clock,
  ) {}

  /** Ordered by family (as in the enum), then rank, then name. */
  async list(family?: ProviderFamily): Promise<ProviderView[]> {
    const rows = await this.database.manager.find(ProviderSetting);
    const families = Object.values(ProviderFamily);
    return this.registry
      .adaptersOf(family)
      .map((adapter) =>
        this.view(
          adapter,
          rows.find((row) => row.family === adapter.family && row.provider === adapter.id),
        ),
      )
      .sort(
        (a, b) =>
          families.indexOf(a.family) - families.indexOf(b.family) ||
          a.priority - b.priority ||
          (a.provider < b.provider ? -1 : 1),
      );
  }

  /**
   * Changes one provider. The caller writes the audit row in the same transaction.
   *
   * @throws DomainError `fixed`, `notFound`, `notConfigured`, `isActive`, or a validation error.
   */
  async update(family: string, provider: string, change: ProviderChange): Promise<ProviderUpdate> {
    if (family === 'payment') throw new DomainError(ProviderErrors.fixed);
    const adapter = this.registry.findAdapter(family, provider);
    if (!adapter) throw new DomainError(ProviderErrors.notFound);
    checkCredentials(adapter, change.credentials);
    await checkSettings(adapter, change.settings, this.hosts);
    return this.database.transaction(async (manager) => {
      const row = await this.lock(manager, adapter);
      const before = this.view(adapter, row);
      this.apply(adapter, row, change, before.active);
      await manager.save(row);
      if (change.active) await this.activeProviders.activate(adapter.family, adapter.id, change.reason);
      await this.database.afterCommit(() => this.announce(adapter));
      const after = { ...this.view(adapter, row), active: before.active || change.active === true };
      return { before, after, changedCredentials: Object.keys(change.credentials ?? {}) };
    });
  }

  private apply(adapter: ProviderAdapter, row: ProviderSetting, change: ProviderChange, active: boolean): void {
    const removesCredential = Object.values(change.credentials ?? {}).includes(null);
    const inForce = active || change.active === true;
    if (active && (change.active === false || removesCredential)) throw new DomainError(ProviderErrors.isActive);
    if (inForce && change.enabled === false) throw new DomainError(ProviderErrors.isActive);

    row.enabled = inForce || (change.enabled ?? row.enabled);
    row.priority = change.priority ?? row.priority;
    row.settings = withoutNulls({ ...row.settings, ...change.settings });
    const credentials = withoutNulls({ ...this.readCredentials(row), ...change.credentials }) as Record<string, string>;
    if (change.credentials) row.credentials = this.encryptCredentials(credentials);
    row.updatedAt = this.clock.now();
    if (inForce && !isConfigured(adapter, row.settings, credentials))
      throw new DomainError(ProviderErrors.notConfigured);
  }

  /** The row of the provider, made when it is the first change, locked until the end of the transaction. */
  private async lock(manager: EntityManager, { family, id }: ProviderAdapter): Promise<ProviderSetting> {
    await manager
      .createQueryBuilder()
      .insert()
      .into(ProviderSetting)
      .values({
        id: newId(),
        family,
        provider: id,
        enabled: false,
        priority: DEFAULT_PRIORITY,
        settings: {},
        health: ProviderHealth.UNKNOWN,
        updatedAt: this.clock.now(),
      })
      .orIgnore()
      .execute();
    return manager.findOneOrFail(ProviderSetting, {
      where: { family, provider: id },
      lock: { mode: 'pessimistic_write' },
    });
  }

  private view(adapter: ProviderAdapter, row: ProviderSetting | undefined): ProviderView {
    const active = this.activeProviders.activeProvider(adapter.family) === adapter.id;
    const settings = row?.settings ?? {};
    const credentials = row ? this.readCredentials(row) : {};
    return {
      family: adapter.family,
      provider: adapter.id,
      active,
      enabled: active || (row?.enabled ?? false),
      priority: row?.priority ?? DEFAULT_PRIORITY,
      configured: isConfigured(adapter, settings, credentials),
      health: row?.health ?? ProviderHealth.UNKNOWN,
      lastCheckedAt: row?.lastCheckedAt ?? null,
      lastError: row?.lastError ?? null,
      settings,
      credentialKeys: Object.keys(credentials).sort(),
      updatedAt: row?.updatedAt ?? null,
    };
  }

  /** Credentials under a key that is gone count as missing, so that staff can enter them again. */
  private readCredentials(row: ProviderSetting): Record<string, string> {
    try {
      return this.store.credentialsOf(row);
    } catch {
      return {};
    }
  }

  private encryptCredentials(credentials: Record<string, string>): string | null {
    return Object.keys(credentials).length === 0 ? null : this.encryption.encrypt(JSON.stringify(credentials));
  }

  /** This instance first, so that a lost connection to the others does not keep it on the old provider. */
  private async announce({ family, id }: ProviderAdapter): Promise<void> {
    this.store.drop();
    await this.bus.publish(PROVIDER_CHANGED, { family, provider: id });
  }
}
