import { hash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';

const require = createRequire(import.meta.url);

export const root = dirname(import.meta.dirname);
const cache = join(root, '.generated/transpiled');
const options = readFileSync(join(root, '.swcrc'), 'utf8');
const compiler = require('@swc/core/package.json').version;

/**
 * JavaScript of a TypeScript file of this repository. swc translates it, since the decorators need emitted metadata, which
 * Node's own type stripping cannot give. The result is kept under .generated/transpiled until the source changes, so that
 * a start reads files and loads no compiler.
 */
export function transpile(file) {
  const source = readFileSync(file, 'utf8');
  // Behind the code: a line in front would shift the source map.
  const fingerprint = `\n// ${hash('sha256', compiler + options + source)}\n`;
  const target = join(cache, `${relative(root, file)}.js`);
  const cached = readIfPresent(target);
  if (cached?.endsWith(fingerprint)) return cached;

  const { code } = require('@swc/core').transformSync(source, {
    ...JSON.parse(options),
    swcrc: false,
    filename: file,
    sourceFileName: basename(file),
    sourceMaps: 'inline',
    inlineSourcesContent: false,
  });
  store(target, code + fingerprint);
  return code + fingerprint;
}

function readIfPresent(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Several processes may start at once: each writes a file of its own and moves it into place. Where the tree is read-only,
 * every start translates anew.
 */
function store(target, code) {
  const draft = `${target}.${process.pid}`;
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(draft, code);
    renameSync(draft, target);
  } catch (error) {
    if (!['EACCES', 'EROFS'].includes(error.code)) throw error;
  }
}
