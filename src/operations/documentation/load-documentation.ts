import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Documentation } from './documentation.js';
import { resolveLinks } from './link-resolver.js';
import type { FileDeclarations } from './tsdoc-reader.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CACHE = '.generated/documentation.json';
const READER = fileURLToPath(new URL('./tsdoc-reader.ts', import.meta.url));

interface CachedFile extends FileDeclarations {
  fingerprint: string;
}

type Cache = Record<string, CachedFile>;

/**
 * The TSDoc of everything below `src`. What was read of a file is kept in `.generated/documentation.json` until its
 * content changes, so that a start reads files and loads no parser; the documentation is fresh in every process, whoever
 * starts it.
 *
 * @param root the folder that holds `src`
 * @throws DanglingLinks with file and line of every `{@link}` that leads nowhere
 */
export async function loadDocumentation(root = ROOT): Promise<Documentation> {
  const cached = readCache(root);
  const files: Cache = {};
  // A changed reader reads everything again.
  const reader = hash('sha256', readFileSync(READER));
  let unchanged = 0;
  for (const path of sourceFiles(root)) {
    const source = readFileSync(join(root, path), 'utf8');
    const fingerprint = hash('sha256', reader + source);
    if (cached[path]?.fingerprint === fingerprint) {
      files[path] = cached[path];
      unchanged++;
    } else {
      const { readDeclarations } = await import('./tsdoc-reader.js');
      files[path] = { fingerprint, ...readDeclarations(path, source) };
    }
  }
  const isFresh = unchanged === Object.keys(files).length && unchanged === Object.keys(cached).length;
  if (!isFresh) writeCache(root, files);
  return new Documentation(resolveLinks(files));
}

function sourceFiles(root: string): string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `src/${file.replaceAll('\\', '/')}`)
    .sort();
}

function readCache(root: string): Cache {
  try {
    return JSON.parse(readFileSync(join(root, CACHE), 'utf8')) as Cache;
  } catch {
    // Absent or damaged: everything is read again.
    return {};
  }
}

/** Several processes may start at once: each writes a file of its own and moves it into place. */
function writeCache(root: string, files: Cache): void {
  const target = join(root, CACHE);
  const draft = `${target}.${process.pid}`;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(draft, JSON.stringify(files));
  renameSync(draft, target);
}
