/** Translates every source file ahead of the first start, for images whose file system is read-only afterwards. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { root, transpile } from './transpile.mjs';

const files = globSync(['ormconfig.ts', 'src/**/*.ts', 'migrations/**/*.ts'], { cwd: root });
for (const file of files) transpile(join(root, file));
console.log(`${files.length} files are up to date in .generated/transpiled`);
