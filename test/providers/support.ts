import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { DataSource } from 'typeorm';
import { ProviderSetting } from '../../src/entities/admin/provider-setting.entity.js';
import type { ProviderFamily } from '../../src/entities/admin/provider.enums.js';
import { OutboxMessage } from '../../src/entities/development/outbox-message.entity.js';
import { MemoryMessageBus } from '../../src/infrastructure/bus/memory-message-bus.js';
import { Encryption } from '../../src/infrastructure/crypto/encryption.js';
import { Database } from '../../src/infrastructure/database/database.js';
import { noCaptchaAdapter } from '../../src/providers/captcha/no-captcha.js';
import { siteverifyCaptchaAdapters } from '../../src/providers/captcha/siteverify-captcha.js';
import { DevelopmentOutbox } from '../../src/providers/development-outbox.js';
import { outboxEmailAdapter } from '../../src/providers/email/outbox-email.js';
import { smtpEmailAdapter } from '../../src/providers/email/smtp-email.js';
import { OutboundHosts } from '../../src/providers/outbound-hosts.js';
import { OutboundHttp } from '../../src/providers/outbound-http.js';
import { ProviderRegistry } from '../../src/providers/provider-registry.js';
import { ProviderStore } from '../../src/providers/provider-store.js';
import { httpGatewaySmsAdapter } from '../../src/providers/sms/http-gateway-sms.js';
import { outboxSmsAdapter } from '../../src/providers/sms/outbox-sms.js';
import { LocalFiles } from '../../src/providers/storage/local-files.js';
import { localStorageAdapter } from '../../src/providers/storage/local-storage.js';
import { LocalUrls } from '../../src/providers/storage/local-urls.js';
import { s3StorageAdapter } from '../../src/providers/storage/s3-storage.js';
import {
  ProviderSettingsService,
  type ActiveProviderSettings,
} from '../../src/services/admin/provider-settings.service.js';
import { ProviderTestService } from '../../src/services/admin/provider-test.service.js';
import { createTestDatabases, type TestDatabases } from '../support/database.js';
import { TestClock } from '../support/test-clock.js';

/** `external.<family>.active_provider`, in memory. */
class TestActiveProviders implements ActiveProviderSettings {
  private readonly values = new Map<ProviderFamily, string>([
    ['email', 'outbox'],
    ['sms', 'outbox'],
    ['captcha', 'none'],
    ['storage', 'local'],
  ]);

  activeProvider(family: ProviderFamily): string {
    return this.values.get(family)!;
  }

  async activate(family: ProviderFamily, provider: string): Promise<void> {
    this.values.set(family, provider);
  }
}

/** Made once per test file; it ends with the run. */
let databases: Promise<TestDatabases> | undefined;

async function emptyDatabase(): Promise<DataSource> {
  databases ??= createTestDatabases();
  const { mainUrl } = await databases;
  const source = new DataSource({ type: 'postgres', url: mainUrl, entities: [ProviderSetting, OutboxMessage] });
  await source.initialize();
  await source.query('truncate provider_setting, dev_outbox');
  return source;
}

/** Everything that the providers consist of, on empty tables and a directory of its own. */
export async function createProviders({ production = false, allowPrivateHosts = true } = {}) {
  const logLines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => logLines.push(line) });
  const source = await emptyDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'providers-'));
  const clock = new TestClock();
  const database = new Database(source, logger);
  const encryption = new Encryption([{ version: 'v1', key: randomBytes(32) }]);
  const bus = new MemoryMessageBus(logger);
  const hosts = new OutboundHosts({ allowPrivateHosts });
  const outbox = new DevelopmentOutbox(database, clock, production);
  const files = new LocalFiles(directory, clock);
  const urls = new LocalUrls('http://files.test', 'a signing key for tests', clock);
  const store = new ProviderStore(database, encryption, clock);
  const active = new TestActiveProviders();
  const http = new OutboundHttp(hosts);
  const adapters = [
    outboxEmailAdapter(outbox),
    smtpEmailAdapter(hosts),
    outboxSmsAdapter(outbox),
    httpGatewaySmsAdapter(http),
    noCaptchaAdapter(),
    ...siteverifyCaptchaAdapters(http),
    localStorageAdapter(files, urls),
    s3StorageAdapter(hosts, clock),
  ];
  const registry = new ProviderRegistry(adapters, active, store, bus, logger);
  await registry.start();
  const settings = new ProviderSettingsService(registry, active, store, database, encryption, hosts, bus, clock);
  const tests = new ProviderTestService(registry, active, store, () => !production);

  /** A second instance of the server on the same database and bus. */
  const anotherInstance = async () => {
    const otherStore = new ProviderStore(database, encryption, clock);
    const other = new ProviderRegistry(adapters, active, otherStore, bus, logger);
    await other.start();
    return other;
  };
  const close = async () => {
    await registry.stop();
    await source.destroy();
    await rm(directory, { recursive: true });
  };
  return {
    active,
    anotherInstance,
    bus,
    clock,
    close,
    database,
    directory,
    files,
    hosts,
    logLines,
    outbox,
    registry,
    settings,
    store,
    tests,
    urls,
  };
}

export type TestProviders = Awaited<ReturnType<typeof createProviders>>;

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An HTTP server on loopback that answers what it is told and remembers what it was asked. */
export async function createCounterpart() {
  const requests: ReceivedRequest[] = [];
  let answer: (
    request: ReceivedRequest,
  ) => { status?: number; body?: unknown; headers?: Record<string, string> } | null = () => ({});
  const server: Server = createServer(async (request, response) => {
    const received = {
      method: request.method!,
      path: request.url!,
      headers: request.headers,
      body: await text(request),
    };
    requests.push(received);
    const reply = answer(received);
    // A null answer: the request is left hanging.
    if (!reply) return;
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answerWith: (next: typeof answer) => {
      answer = next;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export type Counterpart = Awaited<ReturnType<typeof createCounterpart>>;

/** A port of loopback on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
