import { describe, expect, it } from 'vitest';
import { applyDocumentation } from '../../src/operations/documentation/apply-documentation.js';
import { Documentation } from '../../src/operations/documentation/documentation.js';
import { buildGraphQLSchema } from '../../src/operations/schema.js';
import { buildOpenApiDocuments } from '../../src/rest/openapi/document.js';
import { librarySymbols, LibraryResolver } from './fixture.js';
import { lint } from './lint.js';

const schema = buildGraphQLSchema([LibraryResolver], { get: () => undefined });
const documentation = new Documentation(librarySymbols());
applyDocumentation(schema, documentation);
const documents = buildOpenApiDocuments({
  schema,
  documentation,
  errorText: (key) => `Text of ${key}.`,
  serverUrl: 'http://127.0.0.1:4000',
  version: '1.2.3',
});

const BOOKS = '/api/v1/authors/{authorId}/books';
const BOOK = '/api/v1/books/{bookId}';
const SUBSCRIBE = '/api/v1/books/subscribe';
const VISITS = '/api/v1/books/visits';
const COUNT = '/api/v1/books/count';

/** The part of an operation that the tests look into. */
interface Operation extends Record<string, unknown> {
  parameters: Record<string, unknown>[];
  requestBody?: {
    required: boolean;
    content: Record<string, { schema: { properties: object; required?: string[] }; example: unknown }>;
  };
  responses: Record<
    string,
    {
      description?: string;
      headers?: object;
      content?: Record<string, { schema: unknown; example?: unknown; examples?: object }>;
    }
  >;
  'x-errors': { status: number; key: string; when: string }[];
}

const operation = (path: string, method: string) => documents.full.paths[path]![method] as Operation;
const component = (kind: string, name: string) =>
  (documents.full.components as Record<string, Record<string, unknown>>)[kind]![name];
const bodyOf = (path: string, method: string) => operation(path, method).requestBody!.content['application/json']!;
const successOf = (path: string, method: string, status = 200) =>
  operation(path, method).responses[status]!.content!['application/json']!;
const errorsOf = (path: string, method: string) =>
  operation(path, method)['x-errors'].map(({ status, key }) => `${status} ${key}`);

describe('the OpenAPI documents', () => {
  it('are valid under the recommended rules', async () => {
    expect(await lint(documents)).toBe('');
  }, 60_000);

  it('hold exactly the operations of their audience', () => {
    const paths = Object.fromEntries(
      Object.entries(documents).map(([name, document]) => [name, Object.keys(document.paths)]),
    );

    expect(paths).toEqual({
      full: [BOOKS, COUNT, BOOK, SUBSCRIBE, VISITS],
      public: [BOOKS, COUNT, SUBSCRIBE],
      user: [BOOKS, COUNT, SUBSCRIBE, VISITS],
      admin: [BOOK],
    });
  });

  it('hold the components that their operations use, and no other', () => {
    const schemas = (name: keyof typeof documents) =>
      Object.keys((documents[name].components as { schemas: object }).schemas);

    expect(schemas('full')).toContain('ChapterInput');
    expect(schemas('admin')).toEqual([
      'ErrorEnvelope',
      'ApiError',
      'FieldViolation',
      'Shelf',
      'Book',
      'Author',
      'ChapterInput',
    ]);
    expect(schemas('public')).not.toContain('ChapterInput');
  });

  it('tell what an operation does from its TSDoc, and where that is written', () => {
    expect(operation(BOOKS, 'get')).toMatchObject({
      operationId: 'books',
      summary: 'Lists the books of an author',
      description: 'Lists the books of an author. Newest first.\n\n**Note:** Lent ones are listed, too.',
      tags: ['content'],
      'x-graphql': 'query books',
      'x-effects': ['The shelf is read.'],
      'x-source': [
        expect.stringMatching(/^src\/resolvers\/content\/library\.resolver\.ts:\d+$/),
        expect.stringMatching(/^src\/resolvers\/content\/library\.resolver\.ts:\d+$/),
      ],
    });
    expect(documents.full.tags).toEqual([
      { name: 'content', 'x-displayName': 'Content', description: expect.any(String) as string },
    ]);
    expect(operation(SUBSCRIBE, 'post').deprecated).toBe(true);
  });

  it('tell what a declaration says', () => {
    expect(operation(BOOK, 'patch')).toMatchObject({
      security: [{ bearer: [] }],
      'x-auth': 'admin',
      'x-permission': 'content:write',
      'x-rate-limit': '60/minute',
      'x-captcha': false,
      'x-kill-switch': null,
      'x-idempotency-key': true,
    });
    expect(operation(SUBSCRIBE, 'post')).toMatchObject({
      security: [],
      'x-auth': 'public',
      'x-permission': null,
      'x-captcha': true,
      'x-kill-switch': 'DISCOVER',
      'x-idempotency-key': false,
    });
    expect(operation(BOOKS, 'get')).toMatchObject({
      security: [{}, { bearer: [] }],
      'x-auth': 'optional',
      'x-rate-limit': null,
    });
  });

  it('list the failures that a declaration names and those that follow from it', () => {
    expect(errorsOf(BOOK, 'patch')).toEqual([
      '400 error.validation',
      '401 error.unauthorized',
      '403 error.forbidden',
      '403 admin.two_factor_required',
      '403 auth.step_up_required',
      '409 content.book.on_loan',
      '409 error.idempotency_mismatch',
      '409 error.idempotency_in_progress',
      '429 error.too_many_requests',
    ]);
    expect(errorsOf(SUBSCRIBE, 'post')).toEqual([
      '400 auth.captcha.invalid',
      '400 error.validation',
      '429 error.too_many_requests',
      '503 features.discover_disabled',
    ]);
    expect(errorsOf(BOOKS, 'get')).toEqual([
      '400 error.validation',
      '401 error.unauthorized',
      '429 error.too_many_requests',
    ]);
    // Nothing can be wrong with no arguments, and a switch without an answer only stops the write.
    expect(errorsOf(VISITS, 'post')).toEqual(['401 error.unauthorized', '429 error.too_many_requests']);
  });

  it('show the envelope of each failure under its status', () => {
    const response = operation(BOOK, 'patch').responses[409]!;

    expect(response.description).toContain('- `content.book.on_loan`: somebody has it');
    expect(response.content!['application/json']!.examples).toMatchObject({
      'content.book.on_loan': { $ref: '#/components/examples/409.content.book.on_loan' },
    });
    expect(component('examples', '409.content.book.on_loan')).toEqual({
      value: {
        success: false,
        error: {
          code: 'CONFLICT',
          message: 'Text of content.book.on_loan.',
          i18nKey: 'content.book.on_loan',
          correlationId: expect.any(String) as string,
        },
      },
    });
    expect(operation(BOOK, 'patch').responses[429]!.headers).toHaveProperty('Retry-After');
  });

  it('give path and query of a read their types, rules and defaults', () => {
    const [authorId, page, shelves, ...headers] = operation(BOOKS, 'get').parameters;

    expect(authorId).toMatchObject({
      name: 'authorId',
      in: 'path',
      required: true,
      schema: { type: 'string', format: 'uuid' },
    });
    expect(page).toMatchObject({
      name: 'page',
      in: 'query',
      required: false,
      description: 'Which page.',
      schema: { type: 'integer', minimum: 1, default: 1 },
      example: 1,
    });
    expect(shelves).toMatchObject({
      name: 'shelves',
      required: false,
      schema: { type: 'array', items: { $ref: '#/components/schemas/Shelf' } },
      example: ['LOW'],
    });
    expect(headers).toEqual([
      { $ref: '#/components/parameters/AcceptLanguage' },
      { $ref: '#/components/parameters/CorrelationId' },
    ]);
    expect(operation(BOOKS, 'get').requestBody).toBeUndefined();
  });

  it('give the body of a write its rules, and allow null only where it clears the field', () => {
    const { required } = operation(BOOK, 'patch').requestBody!;
    const { schema: body, example } = bodyOf(BOOK, 'patch');

    expect(required).toBe(false);
    expect(body).toEqual({
      type: 'object',
      properties: {
        title: {
          type: ['string', 'null'],
          description: 'What it is called.',
          minLength: 2,
          maxLength: 60,
          pattern: expect.any(String) as string,
          allOf: [{ pattern: expect.any(String) as string }],
        },
        binding: { type: 'string', description: 'May be left out, not cleared.', enum: ['hard', 'soft'] },
        tags: {
          type: ['array', 'null'],
          description: 'Words to find it by.',
          items: { type: 'string', maxLength: 20 },
          maxItems: 3,
        },
        chapters: {
          type: ['array', 'null'],
          description: 'Its parts.',
          items: { $ref: '#/components/schemas/ChapterInput' },
        },
        shelf: { anyOf: [{ $ref: '#/components/schemas/Shelf' }, { type: 'null' }], description: 'Where it goes.' },
        copies: {
          type: ['integer', 'null'],
          format: 'int32',
          description: 'How many there are.',
          maximum: 9,
          deprecated: true,
        },
      },
    });
    expect(example).not.toHaveProperty('copies');
    expect(component('schemas', 'ChapterInput')).toMatchObject({
      properties: {
        title: { type: 'string', minLength: 1, maxLength: 80 },
        pages: { type: ['integer', 'null'], minimum: 1 },
      },
      required: ['title'],
    });
    expect(operation(BOOK, 'patch').parameters).toContainEqual({ $ref: '#/components/parameters/IdempotencyKey' });
  });

  it('tell the rules of our own', () => {
    const { schema: body } = bodyOf(SUBSCRIBE, 'post');

    expect(body).toMatchObject({
      properties: {
        email: { format: 'email' },
        password: { format: 'password', minLength: 8, maxLength: 128, pattern: String.raw`\d` },
        website: { format: 'uri', maxLength: 2048 },
      },
      required: ['email', 'password', 'website'],
    });
    expect(operation(SUBSCRIBE, 'post').requestBody!.required).toBe(true);
  });

  it('answer in the envelope, without fields that only GraphQL has', () => {
    expect(successOf(BOOK, 'patch').schema).toEqual({
      type: 'object',
      properties: { success: { type: 'boolean', const: true }, data: { $ref: '#/components/schemas/Book' } },
      required: ['success', 'data'],
    });
    expect(component('schemas', 'Book')).toMatchObject({
      description: 'Something to read.',
      properties: {
        serial: { type: 'string', examples: ['ISBN-007'] },
        coverUrl: { type: ['string', 'null'], format: 'uri' },
        shelf: { anyOf: [{ $ref: '#/components/schemas/Shelf' }, { type: 'null' }] },
        printedAt: { type: 'string', format: 'date-time' },
        pages: { type: 'integer', deprecated: true },
      },
      required: ['id', 'serial', 'coverUrl', 'shelf', 'printedAt', 'author', 'pages'],
    });
    expect(component('schemas', 'Author')).toMatchObject({ required: ['id', 'email', 'books'] });
    expect(component('schemas', 'Shelf')).toMatchObject({
      enum: ['LOW', 'HIGH'],
      description: 'Where a book stands.\n\n- `LOW`: Within reach.\n- `HIGH`: Up the ladder.',
    });
  });

  it('end the example of a type that contains itself', () => {
    expect(successOf(BOOK, 'patch').example).toMatchObject({
      success: true,
      data: { serial: 'ISBN-007', shelf: 'LOW', author: { email: 'ada@example.com', books: [] } },
    });
  });

  it('answer null for a command and where the declaration says so', () => {
    expect(successOf(SUBSCRIBE, 'post', 202)).toMatchObject({
      schema: { properties: { data: { type: 'null' } } },
      example: { success: true, data: null },
    });
    expect(successOf(COUNT, 'get').schema).toMatchObject({ properties: { data: { type: ['integer', 'null'] } } });
  });

  it('tell how long an answer may be kept', () => {
    expect(operation(BOOKS, 'get').responses[200]!.headers).toMatchObject({
      'Cache-Control': { schema: { type: 'string', const: 'public, s-maxage=60' } },
    });
    expect(operation(COUNT, 'get').responses[200]!.headers).not.toHaveProperty('Cache-Control');
  });
});
