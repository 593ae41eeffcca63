/** Lets Node run the TypeScript of this repository: `node --import ./scripts/typescript.mjs src/main.ts`. */
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { transpile } from './transpile.mjs';

if (!module.registerHooks) {
  throw new Error(
    `Node ${process.versions.node} is too old. Start through npm, or put node_modules/.bin first on the PATH.`,
  );
}

const isSource = (url) => url.startsWith('file:') && url.endsWith('.ts') && !url.includes('/node_modules/');

module.registerHooks({
  // Imports carry the suffix of the output, as TypeScript asks for with NodeNext.
  resolve(specifier, context, next) {
    const ours = specifier.startsWith('.') && specifier.endsWith('.js') && isSource(context.parentURL ?? '');
    return next(ours ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
  load(url, context, next) {
    if (!isSource(url)) return next(url, context);
    return { format: 'module', source: transpile(fileURLToPath(url)), shortCircuit: true };
  },
});
module.setSourceMapsSupport(true);
