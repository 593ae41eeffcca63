import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../logger.js';
import type { Cluster } from './cluster.js';
import { eventually } from './processes.js';

/** Milliseconds; recovery after a crash replays at most some hundred megabytes of log. */
const START_LIMIT = 60_000;
/** Milliseconds until a server that does not shut down in good order is made to crash, which costs it a recovery. */
const STOP_LIMIT = 20_000;
const ATTEMPTS = 5;
const RETRY_DELAY = 300;
/** Another program took the port first; children of a killed server have not noticed its end yet. */
const PASSING_TROUBLE = /Address already in use|shared memory block/;
/** Only what the server is to have differently from PostgreSQL's defaults. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};
const FAST_BUT_FRAGILE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** A running postmaster. */
export class Server {
  private readonly exited: Promise<unknown>;
  private stopping = false;

  private constructor(
    private readonly process: ChildProcess,
    readonly port: number,
  ) {
    this.exited = once(process, 'exit');
  }

  /**
   * Starts a server on a prepared cluster and waits until it takes connections.
   *
   * @throws Error with the last lines of the server's log when it does not start
   */
  static async start(cluster: Cluster, logFile: string, durable: boolean, logger: Logger): Promise<Server> {
    if (existsSync(logFile)) renameSync(logFile, `${logFile}.1`);
    for (let attempt = 1; ; attempt++) {
      const server = await Server.spawn(cluster, logFile, durable);
      if (await server.becomesReady(cluster)) {
        server.reportUnexpectedExit(logger, logFile);
        return server;
      }
      const log = readFileSync(logFile, 'utf8').split('\n').slice(-15).join('\n');
      if (attempt === ATTEMPTS || !PASSING_TROUBLE.test(log)) {
        throw new Error(`PostgreSQL did not start in ${cluster.directory}:\n${log}`);
      }
      await delay(RETRY_DELAY);
    }
  }

  /** Ends the sessions, writes everything down and waits for the end of the server. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.hasExited) return;
    this.process.ref();
    this.process.kill('SIGINT');
    const impatience = setTimeout(() => this.process.kill('SIGQUIT'), STOP_LIMIT);
    await this.exited;
    clearTimeout(impatience);
  }

  private static async spawn(cluster: Cluster, logFile: string, durable: boolean): Promise<Server> {
    const port = await freePort();
    const { file, dataArgument, options } = cluster.command('postgres');
    const settings = { ...SETTINGS, port, cluster_name: cluster.name, ...(durable ? {} : FAST_BUT_FRAGILE) };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    // A file instead of a pipe: the server neither blocks on a busy reader nor loses its log with a killed one.
    const log = openSync(logFile, 'a', 0o600);
    const child = spawn(file, [dataArgument, ...flags], { ...options, detached: true, stdio: ['ignore', log, log] });
    child.unref();
    closeSync(log);
    await once(child, 'spawn');
    return new Server(child, port);
  }

  private get hasExited(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** False when the server ended instead or is not ready in time. */
  private async becomesReady(cluster: Cluster): Promise<boolean> {
    const isReady = () => cluster.lock?.pid === this.process.pid && cluster.lock?.ready === true;
    if (!(await eventually(() => this.hasExited || isReady(), START_LIMIT))) {
      this.process.kill('SIGKILL');
      await this.exited;
    }
    return !this.hasExited;
  }

  private reportUnexpectedExit(logger: Logger, logFile: string): void {
    this.process.once('exit', (code, signal) => {
      if (!this.stopping) logger.error({ code, signal, logFile }, 'the embedded PostgreSQL ended by itself');
    });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
