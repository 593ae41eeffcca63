import type { ProviderFamily } from '../entities/admin/provider.enums.js';
import type { ProviderSetting } from '../entities/admin/provider-setting.entity.js';
import type { MessageBus } from '../infrastructure/bus/message-bus.js';
import type { Logger } from '../infrastructure/logger.js';
import { withTimeout } from '../infrastructure/timeout.js';
import { isConfigured, type AdapterFamily, type ProviderAdapter, type ProviderFamilies } from './provider-adapter.js';
import { ProviderNotConfigured, RecipientRejected, describeFailure, redact } from './provider-errors.js';
import type { ProviderStore } from './provider-store.js';

/** Published, with family and provider, once a change of a provider has committed. */
export const PROVIDER_CHANGED = 'provider:changed';

/** Milliseconds that a probe may take. */
const PROBE_TIMEOUT = 10_000;

/** Which provider is in force; read anew at every call. */
export interface ActiveProviders {
  /** The value of `external.<family>.active_provider`. */
  activeProvider(family: ProviderFamily): string;
}

/** A provider that was built from its stored set-up. */
interface BuiltProvider {
  /** The set-up it was built from, to notice when that changed. */
  fingerprint: string;
  provider: ProviderFamilies[AdapterFamily];
  secrets: string[];
}

/** Every adapter known to the code, and the providers built from what staff stored for them. */
export class ProviderRegistry {
  private readonly adapters: ReadonlyMap<string, ProviderAdapter>;
  private readonly built = new Map<string, BuiltProvider>();
  private readonly stopListening: Array<() => unknown> = [];

  constructor(
    adapters: readonly ProviderAdapter[],
    private readonly activeProviders: ActiveProviders,
    private readonly store: ProviderStore,
    private readonly bus: MessageBus,
    private readonly logger: Logger,
  ) {
    this.adapters = new Map(adapters.map((adapter) => [nameOf(adapter.family, adapter.id), adapter]));
  }

  /** Follows changes made on other instances until {@link stop}. */
  async start(): Promise<void> {
    this.stopListening.push(
      await this.bus.subscribe(PROVIDER_CHANGED, () => this.store.drop()),
      this.bus.onReconnect(() => this.store.drop()),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.stopListening.splice(0).map((stop) => stop()));
    for (const { provider } of this.built.values()) provider.close?.();
    this.built.clear();
  }

  /** The adapters of one family, or all, in the order of their declaration. */
  adaptersOf(family?: ProviderFamily): ProviderAdapter[] {
    return [...this.adapters.values()].filter((adapter) => family === undefined || adapter.family === family);
  }

  findAdapter(family: string, id: string): ProviderAdapter | undefined {
    return this.adapters.get(nameOf(family, id));
  }

  /**
   * Runs `work` with the provider in force.
   *
   * @throws ProviderNotConfigured, or what `work` throws; that is logged and shows in the health of the provider.
   */
  async use<Family extends AdapterFamily, T>(
    family: Family,
    work: (provider: ProviderFamilies[Family]) => Promise<T>,
  ): Promise<T> {
    return this.attempt(family, this.activeProviders.activeProvider(family), work);
  }

  /**
   * Runs `work` with the provider in force and, when that fails, with the other enabled ones by rank.
   *
   * @throws RecipientRejected at once, since another provider would not help; else the first failure when all have failed.
   */
  async withFailover<Family extends AdapterFamily, T>(
    family: Family,
    work: (provider: ProviderFamilies[Family]) => Promise<T>,
  ): Promise<T> {
    const active = this.activeProviders.activeProvider(family);
    const others = (await this.store.ofFamily(family)).filter((row) => row.enabled && row.provider !== active);
    const failures: unknown[] = [];
    for (const id of [active, ...others.map((row) => row.provider)]) {
      try {
        return await this.attempt(family, id, work);
      } catch (error) {
        if (error instanceof RecipientRejected) throw error;
        failures.push(error);
      }
    }
    throw failures[0];
  }

  /**
   * The provider `id`, built when needed.
   *
   * @throws ProviderNotConfigured when the adapter is unknown or a setting or credential is missing.
   */
  async provider<Family extends AdapterFamily>(family: Family, id: string): Promise<ProviderFamilies[Family]> {
    return (await this.build(family, id)).provider as ProviderFamilies[Family];
  }

  /** A text about `error` without the secrets of the provider. */
  describe(family: AdapterFamily, id: string, error: unknown): string {
    return describeFailure(error, this.secretsOf(family, id));
  }

  /** What the provider answered, without its secrets, mail addresses and phone numbers. */
  redact(family: AdapterFamily, id: string, raw: Record<string, unknown>): Record<string, unknown> {
    const secrets = this.secretsOf(family, id);
    return Object.fromEntries(
      Object.entries(raw).map(([name, value]) => [name, typeof value === 'string' ? redact(value, secrets) : value]),
    );
  }

  /** Job `provider-health`: probes the providers in force and stores what it found. */
  async probeActiveProviders(): Promise<void> {
    const families = [...new Set(this.adaptersOf().map((adapter) => adapter.family))];
    await Promise.all(families.map((family) => this.probe(family, this.activeProviders.activeProvider(family))));
  }

  private secretsOf(family: AdapterFamily, id: string): string[] {
    return this.built.get(nameOf(family, id))?.secrets ?? [];
  }

  private async probe(family: AdapterFamily, id: string): Promise<void> {
    let failure: string | null = null;
    try {
      const provider = await this.provider(family, id);
      await withTimeout(provider.probe(), PROBE_TIMEOUT, 'the probe');
    } catch (error) {
      failure = this.describe(family, id, error);
      this.logger.warn({ family, provider: id, failure }, 'a provider failed its probe');
    }
    await this.store.recordHealth(family, id, failure);
  }

  private async attempt<Family extends AdapterFamily, T>(
    family: Family,
    id: string,
    work: (provider: ProviderFamilies[Family]) => Promise<T>,
  ): Promise<T> {
    try {
      return await work(await this.provider(family, id));
    } catch (error) {
      if (!(error instanceof RecipientRejected)) await this.noteFailure(family, id, error);
      throw error;
    }
  }

  private async noteFailure(family: AdapterFamily, id: string, error: unknown): Promise<void> {
    const failure = this.describe(family, id, error);
    this.logger.warn({ family, provider: id, failure }, 'a provider failed');
    try {
      await this.store.recordFailure(family, id, failure);
    } catch (storeError) {
      // The caller must learn about the provider's failure, not about this one.
      this.logger.error({ err: storeError, family, provider: id }, 'the failure of a provider could not be stored');
    }
  }

  private async build(family: AdapterFamily, id: string): Promise<BuiltProvider> {
    const adapter = this.findAdapter(family, id);
    if (!adapter) throw new ProviderNotConfigured(family, id);
    const row = (await this.store.ofFamily(family)).find(({ provider }) => provider === id);
    const fingerprint = fingerprintOf(row);
    const known = this.built.get(nameOf(family, id));
    if (known?.fingerprint === fingerprint) return known;
    const settings = row?.settings ?? {};
    const credentials = row ? this.store.credentialsOf(row) : {};
    if (!isConfigured(adapter, settings, credentials)) throw new ProviderNotConfigured(family, id);
    // A provider that is replaced here finishes what it is sending and lets its idle connections go by itself.
    const provider = adapter.create(settings, credentials);
    const built = { fingerprint, provider, secrets: Object.values(credentials) };
    this.built.set(nameOf(family, id), built);
    return built;
  }
}

const nameOf = (family: string, id: string): string => `${family}/${id}`;

/** Changes when, and only when, the provider must be built anew. Every encryption gives another ciphertext. */
function fingerprintOf(row: ProviderSetting | undefined): string {
  return JSON.stringify([row?.settings ?? {}, row?.credentials ?? null]);
}
