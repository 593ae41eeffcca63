import { GraphQLInt, GraphQLObjectType, GraphQLSchema, GraphQLString, type GraphQLFieldConfigMap } from 'graphql';
import { beforeEach, describe, expect, it } from 'vitest';
import { operations, type OperationDefinition } from '../../src/operations/declaration.js';
import { applyDocumentation } from '../../src/operations/documentation/apply-documentation.js';
import { checkOperations, InvalidOperations } from '../../src/operations/documentation/check-operations.js';
import { Documentation, type SymbolDocumentation } from '../../src/operations/documentation/documentation.js';
import { buildGraphQLSchema } from '../../src/operations/schema.js';
import { librarySymbols, LibraryResolver } from './fixture.js';

let schema: GraphQLSchema;
let symbols: SymbolDocumentation[];

beforeEach(() => {
  schema = buildGraphQLSchema([LibraryResolver], { get: () => undefined });
  symbols = librarySymbols();
});

interface Subject {
  declared?: readonly OperationDefinition[];
  served?: GraphQLSchema;
  prose?: SymbolDocumentation[];
  hasErrorText?: (key: string) => boolean;
}

/** What the check finds wrong. */
function problems({
  declared = operations,
  served = schema,
  prose = symbols,
  hasErrorText = () => true,
}: Subject = {}): readonly string[] {
  const documentation = new Documentation(prose);
  applyDocumentation(served, documentation);
  try {
    checkOperations({ operations: declared, schema: served, documentation, hasErrorText });
    return [];
  } catch (error) {
    if (error instanceof InvalidOperations) return error.problems;
    throw error;
  }
}

const find = (name: string) => operations.find((operation) => operation.name === name)!;

/** Another declaration of an operation, served by the same field. */
function changed(name: string, change: Partial<OperationDefinition>): Subject {
  const definition = find(name);
  const field = { ...schema.getQueryType()?.getFields(), ...schema.getMutationType()?.getFields() }[name]!;
  const other = { ...definition, ...change };
  field.extensions = { operation: other };
  return { declared: operations.map((operation) => (operation === definition ? other : operation)) };
}

const withSymbol = (symbol: string, change: Partial<SymbolDocumentation>) => ({
  prose: symbols.map((entry) => (entry.symbol === symbol ? { ...entry, ...change } : entry)),
});
const withoutSymbol = (symbol: string) => ({ prose: symbols.filter((entry) => entry.symbol !== symbol) });

describe('the check of the operations', () => {
  it('accepts what is declared and documented in full', () => {
    expect(problems()).toEqual([]);
  });

  it.each([undefined, 'everybody' as never, { permission: '' as never }])('refuses the access rule %o', (access) => {
    expect(problems(changed('books', { access }))).toEqual(['LibraryResolver.books: no access rule']);
  });

  it('refuses an operation without REST method and path', () => {
    const message = "LibraryResolver.bookCount: no REST method and path such as 'GET /users/:id'";
    for (const rest of [
      undefined,
      'GET',
      'FETCH /books/count',
      'GET books',
      'GET /books/',
      'GET /Books',
      'GET /books/{id}',
    ]) {
      expect(problems(changed('bookCount', { rest: rest as never }))).toEqual([message]);
    }
  });

  it('refuses an operation without summary, without effects, or with an effect that cites no code', () => {
    expect(problems(withoutSymbol('LibraryResolver.bookCount'))).toContain(
      'LibraryResolver.bookCount: no TSDoc summary',
    );
    expect(problems(withSymbol('LibraryResolver.bookCount', { summary: '' }))).toContain(
      'LibraryResolver.bookCount: no TSDoc summary',
    );
    expect(problems(withSymbol('LibraryResolver.bookCount', { effects: [] }))).toEqual([
      'LibraryResolver.bookCount: no @effect that says what happens',
    ]);
    expect(problems(withSymbol('LibraryResolver.bookCount', { effects: [{ text: 'Magic.', sources: [] }] }))).toEqual([
      'LibraryResolver.bookCount: the @effect "Magic." cites no code; end it with a {@link}',
    ]);
  });

  it('refuses an operation of a module without description', () => {
    const source = 'src/resolvers/attic/library.resolver.ts:1';
    expect(problems(withSymbol('LibraryResolver.bookCount', { source }))).toEqual([
      'LibraryResolver.bookCount: the module attic is not described in modules.ts',
    ]);
  });

  it('refuses two operations of one route or name', () => {
    const twin = { ...find('bookCount'), path: '/authors/:id/books', rest: 'GET /authors/:id/books' as const };
    const found = problems({ declared: [...operations, twin] });

    expect(found).toContain('GET /authors/:…/books: two operations have this route');
    expect(found).toContain('bookCount: two operations have this name');
  });

  it('refuses a path parameter that is no argument', () => {
    expect(problems(changed('books', { path: '/authors/:writerId/books' }))).toEqual([
      'LibraryResolver.books: the path parameter writerId is no argument',
    ]);
  });

  it('refuses a declaration that nothing serves', () => {
    const forgotten = { ...find('bookCount'), name: 'forgotten', path: '/forgotten' };
    expect(problems({ declared: [...operations, forgotten] })).toEqual([
      'LibraryResolver.bookCount: declared, but not part of the schema',
    ]);
  });

  it('refuses a root field that no guard stands before', () => {
    const field = schema.getQueryType()!.getFields().bookCount!;
    field.extensions = {};
    expect(problems({ declared: operations.filter(({ name }) => name !== 'bookCount') })).toEqual([
      'bookCount: not declared as an operation, so no guard would run',
    ]);

    field.extensions = { graphOnly: true };
    expect(problems({ declared: operations.filter(({ name }) => name !== 'bookCount') })).toEqual([]);
  });

  it('refuses an error without a text', () => {
    expect(problems({ hasErrorText: (key) => key !== 'content.book.on_loan' })).toEqual([
      'content.book.on_loan: an error without a text in locales/en/errors.json',
    ]);
  });

  it.each([
    ['Book', 'Book'],
    ['Book.coverUrl', 'Book.coverUrl'],
    ['Shelf', 'Shelf'],
    ['Shelf.HIGH', 'Shelf.HIGH'],
    ['ChapterInput', 'ChapterInput'],
    ['ChapterInput.title', 'ChapterInput.title'],
    ['SubscribeArgs.email', 'Mutation.subscribeToBooks(email)'],
    ['PageArgs.page', 'Query.books(page)'],
    ['LibraryResolver.fame', 'Author.fame'],
  ])('refuses %s without description', (symbol, place) => {
    expect(problems(withoutSymbol(symbol))).toEqual([`${place}: no description; write a TSDoc comment`]);
  });

  it('refuses an undescribed argument of a navigation field', () => {
    const fields: GraphQLFieldConfigMap<unknown, unknown> = {
      fame: {
        type: GraphQLInt,
        description: 'Fame.',
        args: { years: { type: GraphQLInt } },
        extensions: { graphOnly: true },
      },
      name: { type: GraphQLString, description: 'Name.', extensions: { graphOnly: true } },
    };
    const served = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields }) });

    expect(problems({ declared: [], served })).toEqual(['Query.fame(years): no description; write a TSDoc comment']);
  });

  it('refuses members that TSDoc cannot tell apart', () => {
    const twin = {
      ...symbols.find(({ symbol }) => symbol === 'PageArgs.page')!,
      source: 'src/resolvers/user/page.args.ts:4',
    };
    expect(problems({ prose: [...symbols, twin] })).toEqual([
      expect.stringMatching(
        /^PageArgs\.page: declared in src\/resolvers\/content\/.* and src\/resolvers\/user\/page\.args\.ts:4;/,
      ),
    ]);
  });

  it('lists all problems at once', () => {
    const documentation = new Documentation([]);
    const check = () => checkOperations({ operations, schema, documentation, hasErrorText: () => false });

    expect(check).toThrow(/^The operations cannot be served:\n( {2}.+\n){20}/);
  });
});
