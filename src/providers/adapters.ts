import type { Clock } from '../infrastructure/clock.js';
import { noCaptchaAdapter } from './captcha/no-captcha.js';
import { siteverifyCaptchaAdapters } from './captcha/siteverify-captcha.js';
import type { DevelopmentOutbox } from './development-outbox.js';
import { outboxEmailAdapter } from './email/outbox-email.js';
import { smtpEmailAdapter } from './email/smtp-email.js';
import type { OutboundHosts } from './outbound-hosts.js';
import { OutboundHttp } from './outbound-http.js';
import type { ProviderAdapter } from './provider-adapter.js';
import { httpGatewaySmsAdapter } from './sms/http-gateway-sms.js';
import { outboxSmsAdapter } from './sms/outbox-sms.js';
import type { LocalFiles } from './storage/local-files.js';
import { localStorageAdapter } from './storage/local-storage.js';
import type { LocalUrls } from './storage/local-urls.js';
import { s3StorageAdapter } from './storage/s3-storage.js';

interface Dependencies {
  outbox: DevelopmentOutbox;
  hosts: OutboundHosts;
  files: LocalFiles;
  urls: LocalUrls;
  clock: Clock;
}

/** Every provider that can be chosen. A new one is offered to staff as soon as it stands here. */
export function createProviderAdapters({ outbox, hosts, files, urls, clock }: Dependencies): ProviderAdapter[] {
  const http = new OutboundHttp(hosts);
  return [
    outboxEmailAdapter(outbox),
    smtpEmailAdapter(hosts),
    outboxSmsAdapter(outbox),
    httpGatewaySmsAdapter(http),
    noCaptchaAdapter(),
    ...siteverifyCaptchaAdapters(http),
    localStorageAdapter(files, urls),
    s3StorageAdapter(hosts, clock),
  ];
}
