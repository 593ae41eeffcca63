/** A claim about what an operation does, with the lines of code that do it. */
export interface Effect {
  text: string;
  /** `src/…:line`, in the order of the links. */
  sources: string[];
}

/** The TSDoc of one class, member, enum or enum value. */
export interface SymbolDocumentation {
  /** `LoginResolver`, `LoginResolver.login`, `UserStatus.ACTIVE`. */
  symbol: string;
  /** Where it is declared: `src/resolvers/auth/login.resolver.ts:61`. */
  source: string;
  /** Markdown. */
  summary: string;
  /** What a caller should not miss, from `@callout`. */
  callouts: string[];
  /** What happens, in order, from `@effect`. */
  effects: Effect[];
  /** A value as a client would send or get it, from `@example`: JSON, else a text. */
  example?: string;
  /** Why not to use it any more, from `@deprecated`. */
  deprecated?: string;
}

const RESOLVERS = 'src/resolvers/';

/** The TSDoc of the source, found by the names that classes and enums have at run time. */
export class Documentation {
  private readonly bySymbol = new Map<string, SymbolDocumentation[]>();

  constructor(symbols: readonly SymbolDocumentation[]) {
    for (const entry of symbols) {
      const sameName = this.bySymbol.get(entry.symbol);
      if (sameName) sameName.push(entry);
      else this.bySymbol.set(entry.symbol, [entry]);
    }
  }

  /** A symbol by its full name, such as that of an operation: `LoginResolver.login`. */
  of(symbol: string): SymbolDocumentation | undefined {
    return this.preferResolver(this.candidates(symbol));
  }

  /** A class of the API. An entity may have the name of the type that shows it: the one of a resolver file is meant. */
  ofClass(target: Function): SymbolDocumentation | undefined {
    return this.of(target.name);
  }

  /** A field or method, where the class does not say anything that of the nearest ancestor. */
  ofMember(target: Function, member: string): SymbolDocumentation | undefined {
    for (const ancestor of ancestry(target)) {
      const found = this.of(`${ancestor.name}.${member}`);
      if (found) return found;
    }
    return undefined;
  }

  /** An enum by name; among several of that name the one with these members. */
  ofEnum(name: string, members: readonly string[]): SymbolDocumentation | undefined {
    const enums = this.candidates(name);
    const matching = enums.filter((entry) => members.every((member) => this.siblingOf(entry, member)));
    return this.preferResolver(matching) ?? this.preferResolver(enums);
  }

  ofEnumMember(name: string, members: readonly string[], member: string): SymbolDocumentation | undefined {
    const owner = this.ofEnum(name, members);
    return owner ? this.siblingOf(owner, member) : this.candidates(`${name}.${member}`)[0];
  }

  /** Members of resolver files that cannot be told apart, since their classes have one name. */
  sharedNames(): SymbolDocumentation[][] {
    return [...this.bySymbol.values()]
      .map((entries) => entries.filter(({ symbol, source }) => symbol.includes('.') && source.startsWith(RESOLVERS)))
      .filter((entries) => entries.length > 1);
  }

  private candidates(symbol: string): readonly SymbolDocumentation[] {
    return this.bySymbol.get(symbol) ?? [];
  }

  /** The member that stands in the same file as its owner. */
  private siblingOf(owner: SymbolDocumentation, member: string): SymbolDocumentation | undefined {
    return this.candidates(`${owner.symbol}.${member}`).find((entry) => fileOf(entry.source) === fileOf(owner.source));
  }

  private preferResolver(entries: readonly SymbolDocumentation[]): SymbolDocumentation | undefined {
    return entries.find(({ source }) => source.startsWith(RESOLVERS)) ?? entries[0];
  }
}

/** The module of a documented resolver: the first folder below `src/resolvers`; undefined elsewhere. */
export function moduleOf(source: string): string | undefined {
  return source.startsWith(RESOLVERS) ? source.slice(RESOLVERS.length).split('/')[0] : undefined;
}

/** A class and what it extends, nearest first. */
export function* ancestry(target: Function): Iterable<Function> {
  for (
    let ancestor = target;
    ancestor !== Function.prototype && ancestor;
    ancestor = Object.getPrototypeOf(ancestor) as Function
  ) {
    yield ancestor;
  }
}

const fileOf = (source: string) => source.slice(0, source.lastIndexOf(':'));
