import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** `/proc` where there is one: minimal Linux images come without `ps`. */
const hasProc = process.platform === 'linux';

/**
 * When a process began, in the words of the system. Together with the pid it names one process for good, since pids are
 * used again. Undefined once the process has ended, even while nobody has collected its exit code.
 */
export function startTimeOf(pid: number): string | undefined {
  const [state, startTime] = hasProc ? statusFromProc(pid) : statusFromPs(pid);
  return state === undefined || /^[ZX]/.test(state) ? undefined : startTime;
}

/** A server process: the postmaster itself or one of its children. */
export interface ServerProcess {
  pid: number;
  postmaster: boolean;
}

/**
 * The running processes of the cluster `name`, which the postmaster and initdb carry among their arguments, the children of
 * the postmaster in their titles.
 */
export function serverProcesses(name: string): ServerProcess[] {
  return commandLines()
    .map(({ pid, command }) => ({
      pid,
      postmaster: /^(.*\/)?(postgres|initdb) /.test(command) && command.includes(` cluster_name=${name} `),
      child: command.startsWith(`postgres: ${name}: `),
    }))
    .filter(({ postmaster, child }) => postmaster || child)
    .map(({ pid, postmaster }) => ({ pid, postmaster }));
}

/** True for a PostgreSQL process that was given `directory` as an argument. */
export function servesDirectory(pid: number, directory: string): boolean {
  const command = commandLines().find((process) => process.pid === pid)?.command ?? '';
  return /^(.*\/)?postgres /.test(command) && command.includes(directory);
}

/** Sends a signal to a process that may have ended meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Looks every 20 ms until `condition` holds; false when it still does not after `milliseconds`. */
export async function eventually(condition: () => boolean, milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (!condition()) {
    if (performance.now() > end) return false;
    await delay(20);
  }
  return true;
}

/** Fields 3 and 22 of proc_pid_stat(5); field 2, the name, may hold spaces and parentheses. */
function statusFromProc(pid: number): [state?: string, startTime?: string] {
  const stat = readIfPresent(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [fields?.[0], fields?.[19]];
}

function statusFromPs(pid: number): [state?: string, startTime?: string] {
  const line = ps('-p', String(pid), '-o', 'stat=,lstart=')[0]?.trim() ?? '';
  const [state, ...startTime] = line.split(/\s+/);
  return state ? [state, startTime.join('-').replaceAll(':', '-')] : [];
}

function commandLines(): Array<{ pid: number; command: string }> {
  if (!hasProc) {
    return ps('-axww', '-o', 'pid=,command=').map((line) => {
      const [, pid, command] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
      return { pid: Number(pid), command: `${command} ` };
    });
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({
      pid: Number(name),
      command: (readIfPresent(`/proc/${name}/cmdline`) ?? '').replaceAll('\0', ' '),
    }));
}

function ps(...options: string[]): string[] {
  try {
    return execFileSync('ps', options, { encoding: 'utf8', env: { LC_ALL: 'C', PATH: process.env.PATH } })
      .trimEnd()
      .split('\n');
  } catch (error) {
    // ps answers 1 when no process matches.
    if ((error as { status?: number }).status === 1) return [];
    throw error;
  }
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // A process that ends while its files are read gives ESRCH.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
