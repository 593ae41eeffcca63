import 'reflect-metadata';
import '../src/app/resolvers.js';
import { Translations } from '../src/infrastructure/i18n/translations.js';
import { applyDocumentation } from '../src/operations/documentation/apply-documentation.js';
import { loadedResolvers } from '../src/operations/documentation/graphql-classes.js';
import { loadDocumentation } from '../src/operations/documentation/load-documentation.js';
import { buildGraphQLSchema } from '../src/operations/schema.js';
import { buildOpenApiDocuments } from '../src/rest/openapi/document.js';
import manifest from '../package.json' with { type: 'json' };

/** The OpenAPI documents of the source, without a database or anything else behind the operations. */
export async function openApiDocuments(serverUrl: string) {
  const documentation = await loadDocumentation();
  // Nothing is called, so no resolver needs its object.
  const schema = buildGraphQLSchema(loadedResolvers(), { get: () => undefined });
  applyDocumentation(schema, documentation);
  const translations = Translations.load();
  const errorText = (key: string) => translations.text('en', 'errors', key);
  return buildOpenApiDocuments({ schema, documentation, errorText, serverUrl, version: manifest.version });
}
