import { readFileSync } from 'node:fs';
import Fastify, { type FastifyInstance } from 'fastify';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { openApiDocuments } from '../../scripts/openapi-documents.js';
import { operations } from '../../src/operations/declaration.js';
import type { DocumentName, OpenApiDocument } from '../../src/rest/openapi/document.js';
import { mountOpenApi } from '../../src/rest/openapi.routes.js';
import { lint } from './lint.js';

/** What a front end would write. */
const CLIENT = `
  import createClient from 'openapi-fetch';
  import type { paths } from './api.js';

  const api = createClient<paths>({ baseUrl: 'http://127.0.0.1:4000' });
  const login = await api.POST('/api/v1/auth/login', { body: { email: 'ada@example.com', password: 'secret' } });
  const token: string | null | undefined = login.data?.data.accessToken;
  const me = await api.GET('/api/v1/auth/me', { headers: { authorization: 'Bearer ' + token } });
  if (me.error) throw new Error(me.error.error.i18nKey);
  export const email: string = me.data.data.email;
`;

let documents: Record<DocumentName, OpenApiDocument>;

beforeAll(async () => {
  documents = await openApiDocuments('http://127.0.0.1:4000');
});

describe('the documents of the API', () => {
  it('are valid under the recommended rules', async () => {
    expect(await lint(documents)).toBe('');
  }, 60_000);

  it('hold every declared operation once, with code behind each', () => {
    const described = Object.values(documents.full.paths).flatMap((item) => Object.values(item)) as {
      operationId: string;
      'x-source': string[];
    }[];

    expect(described.map(({ operationId }) => operationId).sort()).toEqual(operations.map(({ name }) => name).sort());
    for (const { 'x-source': sources } of described) sources.forEach(expectToLeadToCode);
  });

  it('are divided without loss into client and staff surface', () => {
    const routes = (name: DocumentName) =>
      Object.entries(documents[name].paths).flatMap(([path, item]) =>
        Object.keys(item).map((method) => `${method} ${path}`),
      );

    expect([...routes('user'), ...routes('admin')].sort()).toEqual(routes('full').sort());
  });

  it('become TypeScript types with which a client compiles', async () => {
    const types = astToString(await openapiTS(JSON.stringify(documents.full)));

    expect(compile({ 'api.ts': types, 'client.ts': CLIENT })).toEqual([]);
    // The types must be able to refuse something.
    const wrong = CLIENT.replace("email: 'ada@example.com'", 'email: 42').replace('data.email', 'data.mail');
    expect(compile({ 'api.ts': types, 'client.ts': wrong })).toEqual([
      expect.stringContaining("Type 'number' is not assignable to type 'string'"),
      expect.stringContaining("Property 'mail' does not exist"),
    ]);
  }, 60_000);
});

describe('GET /openapi/:name.json', () => {
  let http: FastifyInstance;

  beforeAll(() => {
    http = Fastify();
    mountOpenApi(http, documents);
  });

  it.each(['full', 'public', 'user', 'admin'] as const)('serves %s', async (name) => {
    const answer = await http.inject(`/openapi/${name}.json`);

    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-cache',
    });
    expect(answer.json()).toEqual(JSON.parse(JSON.stringify(documents[name])));
  });

  it('answers 304 to who has it', async () => {
    const { headers } = await http.inject('/openapi/full.json');
    const again = await http.inject({
      url: '/openapi/full.json',
      headers: { 'if-none-match': `"other", W/${headers.etag}` },
    });
    const other = await http.inject({ url: '/openapi/full.json', headers: { 'if-none-match': '"other"' } });

    expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', headers.etag]);
    expect(other.statusCode).toBe(200);
  });
});

function expectToLeadToCode(source: string): void {
  const [, path, line] = /^(src\/.+\.ts):(\d+)$/.exec(source)!;
  const lines = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8').split('\n');
  expect(lines[Number(line) - 1], source).toMatch(/\w/);
}

/** Messages of the compiler for files that stand beside this test in name only. */
function compile(files: Record<string, string>): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
  };
  const host = ts.createCompilerHost(options);
  const texts = new Map(Object.entries(files).map(([name, text]) => [`${import.meta.dirname}/${name}`, text]));
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  host.getSourceFile = (file, version) => {
    const text = texts.get(file);
    return text === undefined ? getSourceFile(file, version) : ts.createSourceFile(file, text, version);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
