/** Writes the OpenAPI documents to .generated/openapi, for linters and code generators: `npm run openapi:write`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openApiDocuments } from './openapi-documents.js';

const directory = fileURLToPath(new URL('../.generated/openapi', import.meta.url));
const documents = await openApiDocuments('http://127.0.0.1:4000');

mkdirSync(directory, { recursive: true });
for (const [name, document] of Object.entries(documents)) {
  writeFileSync(`${directory}/${name}.json`, `${JSON.stringify(document, null, 2)}\n`);
}
console.log(`${Object.keys(documents).length} documents are in .generated/openapi`);
