import { posix } from 'node:path';
import type { SymbolDocumentation } from './documentation.js';
import type { Comment, Declaration, FileDeclarations, Link } from './tsdoc-reader.js';

/** What each file declares, by its path from the root of the repository. */
export type SourceFiles = Readonly<Record<string, FileDeclarations>>;

/** TSDoc that cites code which is not there; the message has one line a link. */
export class DanglingLinks extends Error {
  constructor(problems: readonly string[]) {
    super(`The TSDoc does not fit the code:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'DanglingLinks';
  }
}

interface Place {
  path: string;
  declaration: Declaration;
}

/**
 * Turns the links of all comments into `src/path.ts:line`.
 *
 * @returns the documented symbols
 * @throws DanglingLinks with file and line of every link whose target does not exist or could be several
 */
export function resolveLinks(files: SourceFiles): SymbolDocumentation[] {
  const resolver = new LinkResolver(files);
  const symbols: SymbolDocumentation[] = [];
  const problems: string[] = [];
  for (const [path, { declarations }] of Object.entries(files)) {
    for (const { symbol, line, comment } of declarations) {
      if (!comment) continue;
      const resolve = (link: Link): string[] => {
        const places = resolver.resolve(link.target, path, symbol);
        if (places.length === 0) problems.push(`${path}:${link.line}: {@link ${link.target}} leads nowhere`);
        if (places.length > 1)
          problems.push(
            `${path}:${link.line}: {@link ${link.target}} could be ${places.map(sourceOf).join(' or ')}; import the one that is meant`,
          );
        return places.map(sourceOf);
      };
      comment.links.forEach(resolve);
      symbols.push(
        documented(symbol, `${path}:${line}`, comment, (link) =>
          resolver.resolve(link.target, path, symbol).map(sourceOf),
        ),
      );
    }
  }
  if (problems.length > 0) throw new DanglingLinks(problems);
  return symbols;
}

function documented(
  symbol: string,
  source: string,
  comment: Comment,
  sourcesOf: (link: Link) => string[],
): SymbolDocumentation {
  const { summary, callouts, effects, example, deprecated } = comment;
  return {
    symbol,
    source,
    summary,
    callouts,
    effects: effects.map(({ text, links }) => ({ text, sources: [...new Set(links.flatMap(sourcesOf))] })),
    ...(example !== undefined && { example }),
    ...(deprecated !== undefined && { deprecated }),
  };
}

const sourceOf = ({ path, declaration }: Place) => `${path}:${declaration.line}`;

class LinkResolver {
  private readonly byFile = new Map<string, Map<string, Place>>();
  private readonly everywhere = new Map<string, Place[]>();

  constructor(private readonly files: SourceFiles) {
    for (const [path, { declarations }] of Object.entries(files)) {
      const inFile = new Map<string, Place>();
      for (const declaration of declarations) {
        // Of overloads and of an interface beside its constant the first one stands for all.
        if (inFile.has(declaration.symbol)) continue;
        const place = { path, declaration };
        inFile.set(declaration.symbol, place);
        this.everywhere.set(declaration.symbol, [...(this.everywhere.get(declaration.symbol) ?? []), place]);
      }
      this.byFile.set(path, inFile);
    }
  }

  /** As a reader would look for it: in the same class, the same file, the imports, then the nearest folder. */
  resolve(target: string, path: string, from: string): Place[] {
    const name = target.replace('#', '.');
    const owner = from.split('.')[0]!;
    const near = this.find(`${owner}.${name}`, path) ?? this.find(name, path);
    if (near) return [near];
    const candidates = this.everywhere.get(name) ?? [];
    if (candidates.length > 0) return nearest(candidates, path);
    const [container, member] = name.split('.') as [string, string?];
    const inherited = member ? (this.everywhere.get(container) ?? []).map((place) => this.find(name, place.path)) : [];
    return nearest(
      inherited.filter((place) => place !== undefined),
      path,
    );
  }

  /** A symbol that the file declares or imports, or that a class of it inherits. */
  private find(symbol: string, path: string): Place | undefined {
    const file = this.byFile.get(path);
    if (!file) return undefined;
    const own = file.get(symbol);
    if (own) return own;
    const [container, member] = symbol.split('.') as [string, string?];
    const specifier = this.files[path]!.imports[container];
    if (specifier?.startsWith('.'))
      return this.find(symbol, posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts'));
    const parent = member && file.get(container)?.declaration.parent;
    return parent ? this.find(`${parent}.${member}`, path) : undefined;
  }
}

/** Those that share the longest part of the path. */
function nearest(places: Place[], path: string): Place[] {
  const shared = (place: Place) => {
    const folders = posix.dirname(path).split('/');
    const others = posix.dirname(place.path).split('/');
    const differs = folders.findIndex((folder, index) => folder !== others[index]);
    return differs < 0 ? folders.length : differs;
  };
  const best = Math.max(...places.map(shared));
  return places.filter((place) => shared(place) === best);
}
