import { join } from 'node:path';
import type { ProviderFamily } from '../entities/admin/provider.enums.js';
import { CaptchaVerifier } from '../providers/captcha/captcha-verifier.js';
import { noCaptchaAdapter } from '../providers/captcha/no-captcha.js';
import { siteverifyCaptchaAdapters } from '../providers/captcha/siteverify-captcha.js';
import { DevelopmentOutbox } from '../providers/development-outbox.js';
import { outboxEmailAdapter } from '../providers/email/outbox-email.js';
import { smtpEmailAdapter } from '../providers/email/smtp-email.js';
import { OutboundHosts } from '../providers/outbound-hosts.js';
import { OutboundHttp } from '../providers/outbound-http.js';
import { ProviderRegistry } from '../providers/provider-registry.js';
import { ProviderStore } from '../providers/provider-store.js';
import { httpGatewaySmsAdapter } from '../providers/sms/http-gateway-sms.js';
import { outboxSmsAdapter } from '../providers/sms/outbox-sms.js';
import { LocalFiles } from '../providers/storage/local-files.js';
import { localStorageAdapter } from '../providers/storage/local-storage.js';
import { LocalUrls } from '../providers/storage/local-urls.js';
import { s3StorageAdapter } from '../providers/storage/s3-storage.js';
import { ProviderSettings } from '../services/admin/provider.settings.js';
import type { Foundation, Infrastructure } from './infrastructure.js';

/** The adapters to the world outside, and the registry that picks the one in force. */
export function buildProviders({ env, clock, logger }: Foundation, { bus, database, encryption, settings }: Infrastructure) {
  const hosts = new OutboundHosts({ allowPrivateHosts: env.PROVIDERS_ON_PRIVATE_HOSTS });
  const http = new OutboundHttp(hosts);
  const developmentOutbox = new DevelopmentOutbox(database, clock, env.production);
  const localFiles = new LocalFiles(join(env.dataDir, 'storage'), clock);
  const localUrls = new LocalUrls(env.publicUrl, env.refreshTokenKey, clock);
  const adapters = [
    outboxEmailAdapter(developmentOutbox),
    smtpEmailAdapter(hosts),
    outboxSmsAdapter(developmentOutbox),
    httpGatewaySmsAdapter(http),
    noCaptchaAdapter(),
    ...siteverifyCaptchaAdapters(http),
    localStorageAdapter(localFiles, localUrls),
    s3StorageAdapter(hosts, clock),
  ];
  const store = new ProviderStore(database, encryption, clock);
  const inForce = ProviderSettings as Record<string, (typeof ProviderSettings)[keyof typeof ProviderSettings] | undefined>;
  const activeProviders = {
    activeProvider: (family: ProviderFamily) => {
      const definition = inForce[family];
      if (!definition) throw new Error(`the family ${family} has no active provider`);
      return settings.get(definition);
    },
  };
  const registry = new ProviderRegistry(adapters, activeProviders, store, bus, logger);
  return { registry, store, hosts, http, developmentOutbox, localFiles, localUrls, activeProviders, captcha: new CaptchaVerifier(registry) };
}

export type Providers = ReturnType<typeof buildProviders>;
