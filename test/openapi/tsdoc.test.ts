import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SymbolDocumentation } from '../../src/operations/documentation/documentation.js';
import { loadDocumentation } from '../../src/operations/documentation/load-documentation.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tsdoc-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(path: string, lines: string[]): void {
  const file = join(root, 'src', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, lines.join('\n'));
}

async function read(symbol: string): Promise<SymbolDocumentation | undefined> {
  return (await loadDocumentation(root)).of(symbol);
}

const DOORS = [
  'export class Doors extends Openings {',
  '  constructor(readonly hinge: string) {}',
  '  /** Shuts. */',
  '  private close() {}',
  '}',
];

const OPENINGS = [
  'export abstract class Openings {',
  '  measure() {}',
  '}',
  "export const DoorErrors = define({ jammed: [409, 'door.jammed', 'it is stuck'] });",
];

describe('TSDoc of the source', () => {
  it('gives summary, callouts, effects with their sources, example and deprecation of a method', async () => {
    write('services/openings.ts', OPENINGS);
    write('services/doors.ts', ["import { Openings } from './openings.js';", ...DOORS]);
    write('resolvers/house/door.resolver.ts', [
      "import { Doors } from '../../services/doors.js';",
      '@Resolver()',
      'export class DoorResolver {',
      '  /**',
      '   * Opens a door,',
      '   * see {@link Doors}.',
      '   *',
      '   * A second paragraph.',
      '   *',
      '   * @callout It creaks; {@link https://example.com/oil} helps.',
      '   * @effect It swings, which {@link Doors.close | closing} undoes. {@link Doors.hinge} {@link Doors.measure}',
      '   * @effect It fails {@link DoorErrors.jammed}, and stays.',
      '   * @example "front"',
      '   * @deprecated Use the window.',
      '   */',
      "  @MutationOperation(() => Boolean, { rest: 'POST /doors' })",
      '  open() {}',
      '}',
    ]);

    expect(await read('DoorResolver.open')).toEqual({
      symbol: 'DoorResolver.open',
      source: 'src/resolvers/house/door.resolver.ts:17',
      summary: 'Opens a door, see `Doors`.\n\nA second paragraph.',
      callouts: ['It creaks; https://example.com/oil helps.'],
      effects: [
        {
          text: 'It swings, which closing undoes.',
          sources: ['src/services/doors.ts:5', 'src/services/doors.ts:3', 'src/services/openings.ts:2'],
        },
        { text: 'It fails, and stays.', sources: ['src/services/openings.ts:4'] },
      ],
      example: '"front"',
      deprecated: 'Use the window.',
    });
  });

  it('knows enums and their values, interfaces, parameter properties and classes that a function makes', async () => {
    write('a.ts', [
      '/** Ways out. */',
      'export enum Exit {',
      '  /** Through the front. */',
      '  DOOR = 1,',
      '}',
      'export interface House {',
      '  /** Counts them. */',
      '  rooms(): number;',
      '}',
      'export function PageOf(item: unknown) {',
      '  abstract class Page {',
      '    /** What is on it. */',
      '    items = item;',
      '  }',
      '  return Page;',
      '}',
    ]);

    const summaries = await Promise.all(
      ['Exit', 'Exit.DOOR', 'House.rooms', 'Page.items'].map(async (symbol) => (await read(symbol))?.summary),
    );

    expect(summaries).toEqual(['Ways out.', 'Through the front.', 'Counts them.', 'What is on it.']);
  });

  it('refuses links that lead nowhere, with file and line', async () => {
    write('a.ts', [
      '/** See {@link Missing}. */',
      'export class A {',
      '  /**',
      '   * Does it.',
      '   *',
      '   * @effect So. {@link A.gone}',
      '   */',
      '  run() {}',
      '}',
    ]);
    write('b.ts', ['/** @throws Error of {@link A.run} or {@link nothing} */', 'export function b() {}']);

    await expect(loadDocumentation(root)).rejects.toThrow(
      [
        'src/a.ts:1: {@link Missing} leads nowhere',
        'src/a.ts:6: {@link A.gone} leads nowhere',
        'src/b.ts:1: {@link nothing} leads nowhere',
      ]
        .map((line) => `  ${line}`)
        .join('\n'),
    );
  });

  it('refuses a link that could mean several declarations, and takes the imported or nearest one', async () => {
    write('x/twin.ts', ['export class Twin {}']);
    write('y/twin.ts', ['export class Twin {}']);
    write('x/near.ts', ['/** @effect Near. {@link Twin} */', 'export class Near {}']);
    write('z/imports.ts', [
      "import { Twin } from '../y/twin.js';",
      '/** @effect Imported. {@link Twin} */',
      'export class Imports {}',
    ]);

    expect((await read('Near'))!.effects[0]!.sources).toEqual(['src/x/twin.ts:1']);
    expect((await read('Imports'))!.effects[0]!.sources).toEqual(['src/y/twin.ts:1']);

    write('z/torn.ts', ['/** {@link Twin} */', 'export class Torn {}']);
    await expect(loadDocumentation(root)).rejects.toThrow(
      'src/z/torn.ts:1: {@link Twin} could be src/x/twin.ts:1 or src/y/twin.ts:1',
    );
  });

  it('prefers the class of a resolver file to an entity of the same name, and the enum with the same members', async () => {
    write('entities/door.entity.ts', [
      '/** A row. */',
      'export class Door {}',
      '/** Stored. */',
      'export enum Side {',
      '  /** Stored in. */',
      '  IN,',
      '}',
    ]);
    write('resolvers/house/door.ts', [
      '/** A type. */',
      'export class Door {}',
      '/** Shown. */',
      'export enum Side {',
      '  /** Shown in. */',
      '  inside,',
      '}',
    ]);
    const documentation = await loadDocumentation(root);

    expect(documentation.of('Door')!.summary).toBe('A type.');
    expect(documentation.ofEnum('Side', ['IN'])!.summary).toBe('Stored.');
    expect(documentation.ofEnumMember('Side', ['IN'], 'IN')!.summary).toBe('Stored in.');
    expect(documentation.ofEnumMember('Side', ['inside'], 'inside')!.summary).toBe('Shown in.');
  });

  it('finds the TSDoc of an inherited member', async () => {
    write('a.ts', ['export class Paged {', '  /** Which page. */', '  page = 1;', '}']);
    class Paged {}
    class Messages extends Paged {}

    expect((await loadDocumentation(root)).ofMember(Messages, 'page')!.summary).toBe('Which page.');
    expect((await loadDocumentation(root)).ofMember(Messages, 'limit')).toBeUndefined();
  });

  it('keeps what it read until the content of a file changes', async () => {
    write('a.ts', ['/** One. */', 'export class A {}']);
    write('b.ts', ['/** Two. */', 'export class B {}']);
    await loadDocumentation(root);
    const cache = join(root, '.generated/documentation.json');
    // A mark that only an untouched entry keeps.
    writeFileSync(cache, readFileSync(cache, 'utf8').replaceAll('One.', 'Cached.').replaceAll('Two.', 'Cached.'));

    write('b.ts', ['/** Three. */', 'export class B {}']);
    expect([(await read('A'))!.summary, (await read('B'))!.summary]).toEqual(['Cached.', 'Three.']);

    rmSync(join(root, 'src/b.ts'));
    expect(await read('B')).toBeUndefined();
    expect(readFileSync(cache, 'utf8')).not.toContain('Three.');

    writeFileSync(cache, '{"src/a');
    expect((await read('A'))!.summary).toBe('One.');
  });
});
