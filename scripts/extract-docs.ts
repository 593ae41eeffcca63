/** Reads the TSDoc ahead of the first start and checks its links: `npm run docs:extract`. */
import { DanglingLinks } from '../src/operations/documentation/link-resolver.js';
import { loadDocumentation } from '../src/operations/documentation/load-documentation.js';

try {
  await loadDocumentation();
  console.log('documentation: every link leads to code');
} catch (error) {
  if (!(error instanceof DanglingLinks)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
