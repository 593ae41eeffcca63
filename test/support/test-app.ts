import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, type App } from '../../src/app.js';
import type { Outside } from '../../src/app/services.js';
import { openDatabases, type Databases } from '../../src/infrastructure/database/databases.js';
import { loadEnv } from '../../src/infrastructure/env.js';
import { createLogger } from '../../src/infrastructure/logger.js';
import { createTestDatabases, type TestDatabases } from './database.js';
import { Caller } from './caller.js';
import { TestClock } from './test-clock.js';

export interface TestAppOptions {
  /** Extra environment variables. */
  env?: Record<string, string>;
  clock?: TestClock;
  outside?: Outside;
  /** Run as a further instance on the state of another one. */
  beside?: TestApp;
  redisUrl?: string | null;
  redisKeyPrefix?: string;
}

/** One mail or SMS as the development outbox keeps it. */
export interface OutboxItem {
  id: string;
  channel: string;
  to: string;
  template: string;
  subject: string | null;
  text: string;
  html: string | null;
  links: string[];
  code: string | null;
}

/**
 * A whole server on a port of its own, with databases of its own. Jobs run when the test says so ({@link TestApp.settle}),
 * and time stands still until the test moves it.
 */
export class TestApp {
  private constructor(
    readonly app: App,
    readonly clock: TestClock,
    readonly url: string,
    readonly databases: TestDatabases,
    readonly options: TestAppOptions,
    private readonly sources: Databases,
    private readonly dataDir: string,
  ) {}

  static async start(options: TestAppOptions = {}): Promise<TestApp> {
    const { beside } = options;
    const databases = beside?.databases ?? (await createTestDatabases());
    const dataDir = beside?.dataDir ?? mkdtempSync(join(tmpdir(), 'biore-test-'));
    const clock = options.clock ?? beside?.clock ?? new TestClock();
    const redisUrl = options.redisUrl ?? beside?.options.redisUrl;
    const env = loadEnv({
      NODE_ENV: 'test',
      LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
      DATA_DIR: dataDir,
      DATABASE_URL: databases.mainUrl,
      ANALYTICS_DATABASE_URL: databases.analyticsUrl,
      // Callers name their address, so that rate limits of one test do not meet those of another.
      TRUSTED_PROXIES: '127.0.0.1/32',
      DEMO: 'off',
      ...(redisUrl && { REDIS_URL: redisUrl }),
      ...options.env,
    });
    const logger = createLogger({ level: env.LOG_LEVEL });
    const sources = await openDatabases({ ...databases, logger, poolSize: 10 });
    const redisKeyPrefix = options.redisKeyPrefix ?? beside?.options.redisKeyPrefix;
    const app = await createApp({ env, clock, logger, mainUrl: databases.mainUrl, redisKeyPrefix, ...sources }, options.outside);
    await app.start({ background: false });
    await app.http.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.http.server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    return new TestApp(app, clock, url, databases, { ...options, redisUrl, redisKeyPrefix }, sources, dataDir);
  }

  /** Somebody at an address of their own, without credentials. */
  caller(): Caller {
    return new Caller(this.url);
  }

  /** Runs every job that is due. */
  async settle(): Promise<void> {
    await this.app.jobs.worker.drain();
  }

  /** What was sent to somebody, newest first, after every due job has run. */
  async outbox(to: string, channel: 'email' | 'sms' = 'email'): Promise<OutboxItem[]> {
    await this.settle();
    const answer = await fetch(`${this.url}/dev/outbox?channel=${channel}&to=${encodeURIComponent(to)}&limit=100`);
    return ((await answer.json()) as { data: { items: OutboxItem[] } }).data.items;
  }

  /** The newest message of a template. @throws Error when there is none */
  async message(to: string, template: string, channel: 'email' | 'sms' = 'email'): Promise<OutboxItem> {
    const items = await this.outbox(to, channel);
    const found = items.find((item) => item.template === template);
    if (!found) throw new Error(`no ${template} for ${to}, only ${items.map((item) => item.template).join(', ') || 'nothing'}`);
    return found;
  }

  /** The token in the link of the newest message of a template. */
  async mailedToken(to: string, template: string): Promise<string> {
    const { links } = await this.message(to, template);
    const token = links.map((link) => new URL(link).searchParams.get('token')).find(Boolean);
    if (!token) throw new Error(`no link with a token in ${template}`);
    return token;
  }

  /** Rows of the main database. */
  query<Row = Record<string, unknown>>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.app.infrastructure.database.query<Row>(sql, parameters);
  }

  async stop(): Promise<void> {
    await this.app.stop();
    await this.sources.close();
    if (this.options.beside) return;
    await this.databases.drop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
