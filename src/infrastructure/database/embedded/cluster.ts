import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from '../../logger.js';
import { findBinaries, serverUser, type ServerUser } from './binaries.js';
import { eventually, serverProcesses, servesDirectory, signal } from './processes.js';

/** The database role of the application; it owns the cluster. */
export const ROLE = 'biore';
const DRAFT_PREFIX = 'postgres.init-';
const PASSWORD_FILE = 'password';
const LOCK_FILE = 'postmaster.pid';
/** An orphan that still writes gets this long, in milliseconds, to shut down in good order. */
const ORPHAN_PATIENCE = 10_000;
const KILL_LIMIT = 5_000;

/** A program with the arguments and the surroundings it needs. */
interface Command {
  file: string;
  dataArgument: string;
  options: { cwd: string; env: NodeJS.ProcessEnv; uid?: number; gid?: number };
}

/** A server at work, or one that was killed. */
interface ServerLock {
  pid: number;
  port: number;
  ready: boolean;
}

/**
 * The files of one database server, below the data directory. Whoever uses it holds the claim on the data directory, so
 * that anything it finds running or half done was left by a process that is gone.
 */
export class Cluster {
  readonly directory: string;
  private readonly user: ServerUser | undefined;
  private readonly binaries: string;

  constructor(private readonly dataDir: string) {
    this.directory = join(dataDir, 'postgres');
    this.user = serverUser(this.directory);
    this.binaries = findBinaries(this.user);
  }

  /** Name of the server in the process list. */
  get name(): string {
    return nameOf(this.directory);
  }

  get password(): string {
    return readFileSync(join(this.directory, PASSWORD_FILE), 'utf8').trim();
  }

  /** What a server writes about itself in its lock file; undefined when there is none or it is empty. */
  get lock(): ServerLock | undefined {
    const file = join(this.directory, LOCK_FILE);
    if (!existsSync(file)) return undefined;
    // The lines are numbered in PostgreSQL's src/include/utils/pidfile.h.
    const [pid, , , port, , , , status] = readFileSync(file, 'utf8').split('\n');
    return pid ? { pid: Number(pid), port: Number(port), ready: status?.trim() === 'ready' } : undefined;
  }

  /** Brings the directory into a state in which a server can start on it, whatever state it was left in. */
  async prepare(logger: Logger): Promise<void> {
    await this.endOrphans(logger);
    await this.removeDrafts();
    if (existsSync(this.directory) && !this.isComplete()) this.setAside(logger);
    if (!existsSync(this.directory)) await this.initialise(logger);
    this.removeStaleLock();
    this.restoreAccess();
  }

  /** Ends what a killed process left running: the server, or children of a server that was killed itself. */
  async endOrphans(logger: Logger): Promise<void> {
    if (!existsSync(this.directory)) return;
    const running = () => serverProcesses(this.name);
    if (running().length === 0) return;
    const postmaster = running().find((process) => process.postmaster);
    if (postmaster) {
      logger.warn({ server: postmaster.pid }, 'ending an orphaned database server');
      signal(postmaster.pid, 'SIGINT');
      if (await eventually(() => running().length === 0, ORPHAN_PATIENCE)) return;
    }
    await killAll(this.name);
  }

  /** How to run a program of PostgreSQL on a directory. */
  command(program: 'initdb' | 'postgres', directory = this.directory): Command {
    return {
      file: join(this.binaries, program),
      // The server's user may be unable to pass through the folders above, such as /root. A working directory is handed
      // over open, and this link leads straight to it.
      dataArgument: `-D${this.user && process.platform === 'linux' ? '/proc/self/cwd' : directory}`,
      options: { cwd: directory, env: { PATH: process.env.PATH, LC_ALL: 'C' }, ...this.user },
    };
  }

  /** initdb works in a draft that is moved into place when all is done: a directory of this name is always complete. */
  private async initialise(logger: Logger): Promise<void> {
    const draft = mkdtempSync(join(this.dataDir, DRAFT_PREFIX));
    const directory = join(draft, 'data');
    mkdirSync(directory, { mode: 0o700 });
    writeFileSync(join(draft, PASSWORD_FILE), randomBytes(24).toString('base64url'), { mode: 0o600 });
    this.giveToServerUser(draft);
    const { file, dataArgument, options } = this.command('initdb', directory);
    const name = ['--set', `cluster_name=${nameOf(directory)}`];
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const login = [`--username=${ROLE}`, '--auth=scram-sha-256', `--pwfile=../${PASSWORD_FILE}`];
    await promisify(execFile)(file, [dataArgument, ...name, ...locale, ...login], options);
    renameSync(join(draft, PASSWORD_FILE), join(directory, PASSWORD_FILE));
    renameSync(directory, this.directory);
    rmSync(draft, { recursive: true });
    logger.info({ directory: this.directory }, 'made a new database cluster');
  }

  /** Drafts of a process that was killed, whose initdb may still be at work. */
  private async removeDrafts(): Promise<void> {
    for (const name of readdirSync(this.dataDir).filter((entry) => entry.startsWith(DRAFT_PREFIX))) {
      const draft = join(this.dataDir, name);
      if (existsSync(join(draft, 'data'))) await killAll(nameOf(join(draft, 'data')));
      rmSync(draft, { recursive: true });
    }
  }

  private isComplete(): boolean {
    return ['PG_VERSION', 'global/pg_control', PASSWORD_FILE].every((file) => existsSync(join(this.directory, file)));
  }

  /** Something that no server can start on. It is kept, since it may hold what somebody still wants. */
  private setAside(logger: Logger): void {
    const remains = mkdtempSync(`${this.directory}.incomplete-`);
    renameSync(this.directory, remains);
    logger.warn({ directory: this.directory, movedTo: remains }, 'set an incomplete database cluster aside');
  }

  /**
   * PostgreSQL refuses to start while the file is empty or its pid belongs to any process by now, even a dead one that
   * nobody collected. The lock of a server that somebody started by hand on this directory stays, and does its work.
   */
  private removeStaleLock(): void {
    const { lock } = this;
    if (lock && servesDirectory(lock.pid, this.directory)) return;
    rmSync(join(this.directory, LOCK_FILE), { force: true });
  }

  /** PostgreSQL demands a directory that belongs to its user and to nobody else; a copy or a restore may have lost that. */
  private restoreAccess(): void {
    if (this.user && statSync(this.directory).uid !== this.user.uid) this.giveToServerUser(this.directory);
    chmodSync(this.directory, 0o700);
  }

  private giveToServerUser(folder: string): void {
    if (!this.user) return;
    chownSync(folder, this.user.uid, this.user.gid);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      lchownSync(join(entry.parentPath, entry.name), this.user.uid, this.user.gid);
    }
  }
}

/** Made of the identity of the directory, which a rename keeps and a copy does not have. */
function nameOf(directory: string): string {
  const { dev, ino } = statSync(directory, { bigint: true });
  return `bio-re-${dev}-${ino}`;
}

async function killAll(name: string): Promise<void> {
  const noneLeft = () => serverProcesses(name).map(({ pid }) => signal(pid, 'SIGKILL')).length === 0;
  if (!(await eventually(noneLeft, KILL_LIMIT))) throw new Error(`The processes of ${name} do not end`);
}
