import { z } from 'zod';
import { ProviderFamily } from '../../entities/admin/provider.enums.js';
import { DomainError, invalidField } from '../../infrastructure/errors.js';
import { withTimeout } from '../../infrastructure/timeout.js';
import type { AdapterFamily } from '../../providers/provider-adapter.js';
import { ProviderNotConfigured } from '../../providers/provider-errors.js';
import type { Provider, ProviderTestReport } from '../../providers/provider.js';
import type { ActiveProviders, ProviderRegistry } from '../../providers/provider-registry.js';
import type { ProviderStore } from '../../providers/provider-store.js';
import { ProviderErrors } from './provider.errors.js';

/** Milliseconds of a test; with what comes before and after, the answer is out within ten seconds. */
const TEST_TIMEOUT = 9_000;

/** What the target of a test must be; families that are absent take any, or none. */
const TARGETS: Partial<Record<ProviderFamily, { schema: z.ZodType; message: string }>> = {
  email: { schema: z.email(), message: 'must be a mail address' },
  sms: { schema: z.e164(), message: 'must be an E.164 number' },
};

export interface ProviderTest {
  family: string;
  /** Absent: the provider in force. */
  provider?: string;
  target?: string;
  payload?: Record<string, unknown>;
}

export interface ProviderTestResult extends ProviderTestReport {
  family: ProviderFamily;
  provider: string;
  ok: boolean;
  latencyMs: number;
  error: string | null;
}

/** Lets staff try a provider out, where the development tools are open. */
export class ProviderTestService {
  constructor(
    private readonly registry: ProviderRegistry,
    private readonly activeProviders: ActiveProviders,
    private readonly store: ProviderStore,
    /** `dev_tools.enabled`, and not in production. */
    private readonly devToolsOpen: () => boolean,
  ) {}

  /**
   * Sends a test and stores what it says about the health of the provider. Its failure is a result, not an error.
   *
   * @throws DomainError `devToolsDisabled`, `notFound`, `notConfigured`, or a validation error.
   */
  async test({ family, provider, target, payload = {} }: ProviderTest): Promise<ProviderTestResult> {
    if (!this.devToolsOpen()) throw new DomainError(ProviderErrors.devToolsDisabled);
    const adapterFamily = this.registry.adaptersOf().find((adapter) => adapter.family === family)?.family;
    if (!adapterFamily) throw new DomainError(ProviderErrors.notFound);
    const id = provider ?? this.activeProviders.activeProvider(adapterFamily);
    if (!this.registry.findAdapter(adapterFamily, id)) throw new DomainError(ProviderErrors.notFound);
    requireTarget(adapterFamily, target);
    const instance = await this.configured(adapterFamily, id);
    const result = await this.run(adapterFamily, id, () => instance.test(target ?? null, payload));
    await this.store.recordHealth(adapterFamily, id, result.error);
    return result;
  }

  private async configured(family: AdapterFamily, id: string): Promise<Provider> {
    try {
      return await this.registry.provider(family, id);
    } catch (error) {
      throw error instanceof ProviderNotConfigured ? new DomainError(ProviderErrors.notConfigured) : error;
    }
  }

  private async run(
    family: AdapterFamily,
    provider: string,
    test: () => Promise<ProviderTestReport>,
  ): Promise<ProviderTestResult> {
    const startedAt = performance.now();
    const result = (report: ProviderTestReport, error: string | null) => ({
      family,
      provider,
      ok: error === null,
      latencyMs: Math.round(performance.now() - startedAt),
      ...report,
      error,
    });
    try {
      const { providerReference, raw } = await withTimeout(test(), TEST_TIMEOUT, 'the test');
      return result({ providerReference, raw: raw && this.registry.redact(family, provider, raw) }, null);
    } catch (error) {
      return result({ providerReference: null, raw: null }, this.registry.describe(family, provider, error));
    }
  }
}

function requireTarget(family: AdapterFamily, target: string | undefined): void {
  const rule = TARGETS[family];
  if (rule && !rule.schema.safeParse(target).success) throw invalidField('target', 'format', rule.message);
}
