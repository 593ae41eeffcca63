import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startTimeOf } from './processes.js';

const PREFIX = 'postgres.owner.';

/** Another process runs the database of this data directory. */
export class DataDirectoryInUseError extends Error {
  override readonly name = 'DataDirectoryInUseError';

  constructor(dataDir: string, pid: number) {
    super(
      `Process ${pid} already runs the embedded PostgreSQL in ${dataDir}. Stop it, give this process another DATA_DIR, ` +
        'or start both with DATABASE_URL and ANALYTICS_DATABASE_URL.',
    );
  }
}

/**
 * Makes this process the only owner of a data directory until it releases it or ends, however it ends.
 *
 * Each process puts down a file named after itself and then looks for others. The name of an ended process never comes
 * back, so its file can be removed without a race; two that meet both step back and try again.
 *
 * @param patience milliseconds to wait for an owner that is just draining
 * @returns a function that releases the claim
 * @throws DataDirectoryInUseError when a live process keeps the directory
 */
export async function claimDirectory(dataDir: string, patience: number): Promise<() => void> {
  mkdirSync(dataDir, { recursive: true });
  const claim = join(dataDir, `${PREFIX}${process.pid}.${startTimeOf(process.pid)}`);
  const end = performance.now() + patience;
  for (;;) {
    const owner = tryToClaim(dataDir, claim);
    if (owner === undefined) return () => rmSync(claim, { force: true });
    if (performance.now() > end) throw new DataDirectoryInUseError(dataDir, owner);
    await delay(50 + Math.random() * 100);
  }
}

/** Pid of the live process that claims the directory; claims of ended ones are removed. */
export function ownerOf(dataDir: string, except?: string): number | undefined {
  for (const name of readdirSync(dataDir).filter((entry) => entry.startsWith(PREFIX))) {
    const claim = join(dataDir, name);
    const [pid, startTime] = name.slice(PREFIX.length).split('.');
    if (claim === except) continue;
    if (startTimeOf(Number(pid)) === startTime) return Number(pid);
    rmSync(claim, { force: true });
  }
  return undefined;
}

function tryToClaim(dataDir: string, claim: string): number | undefined {
  const owner = ownerOf(dataDir);
  if (owner !== undefined) return owner;
  writeFileSync(claim, '');
  const rival = ownerOf(dataDir, claim);
  if (rival !== undefined) rmSync(claim);
  return rival;
}
