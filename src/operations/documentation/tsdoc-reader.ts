import ts from 'typescript';

/** A link tag as it stands in the text. */
export interface Link {
  target: string;
  line: number;
}

/** A TSDoc comment as it was written: its links are not resolved. */
export interface Comment {
  summary: string;
  callouts: string[];
  effects: { text: string; links: Link[] }[];
  example?: string;
  deprecated?: string;
  /** All links of the comment, those of the effects included. */
  links: Link[];
}

/** Something with a name: a class, interface, enum, function, type, constant, or a member of one. */
export interface Declaration {
  /** `Class` or `Class.member`. */
  symbol: string;
  line: number;
  /** What a class or interface extends, so that a link may name an inherited member. */
  parent?: string;
  comment?: Comment;
}

/** What one file declares and imports. */
export interface FileDeclarations {
  declarations: Declaration[];
  /** Module specifier by imported name. */
  imports: Record<string, string>;
}

/** Reads the declarations of a file and their TSDoc. Only the syntax is looked at, no types. */
export function readDeclarations(path: string, source: string): FileDeclarations {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const reader = new Reader(file);
  file.statements.forEach((statement) => reader.read(statement));
  return { declarations: reader.declarations, imports: reader.imports };
}

class Reader {
  readonly declarations: Declaration[] = [];
  readonly imports: Record<string, string> = {};

  constructor(private readonly file: ts.SourceFile) {}

  read(statement: ts.Statement): void {
    if (ts.isImportDeclaration(statement)) this.readImport(statement);
    else if (ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement)) this.readClass(statement);
    else if (ts.isEnumDeclaration(statement)) this.readMembers(statement, statement.members);
    else if (ts.isTypeAliasDeclaration(statement)) this.add(statement.name.text, statement.name, statement);
    else if (ts.isFunctionDeclaration(statement)) this.readFunction(statement);
    else if (ts.isVariableStatement(statement)) this.readConstants(statement);
  }

  private readImport({ importClause, moduleSpecifier }: ts.ImportDeclaration): void {
    const bindings = importClause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings) || !ts.isStringLiteral(moduleSpecifier)) return;
    for (const { name } of bindings.elements) this.imports[name.text] = moduleSpecifier.text;
  }

  private readClass(node: ts.ClassDeclaration | ts.InterfaceDeclaration): void {
    const parent = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0]
      ?.expression;
    this.readMembers(node, node.members, parent && ts.isIdentifier(parent) ? parent.text : undefined);
    const constructor = node.members.find(ts.isConstructorDeclaration);
    const properties =
      constructor?.parameters.filter((parameter) => ts.isParameterPropertyDeclaration(parameter, constructor)) ?? [];
    for (const property of properties)
      this.add(`${node.name?.text}.${property.name.getText(this.file)}`, property.name, property);
  }

  private readMembers(
    owner: ts.ClassDeclaration | ts.InterfaceDeclaration | ts.EnumDeclaration,
    members: ts.NodeArray<ts.ClassElement | ts.TypeElement | ts.EnumMember>,
    parent?: string,
  ): void {
    if (!owner.name) return;
    this.add(owner.name.text, owner.name, owner, parent);
    for (const member of members) {
      if (member.name) this.add(`${owner.name.text}.${nameOf(member.name, this.file)}`, member.name, member);
    }
  }

  /** A function that makes classes documents them: `PageOf(Message)` returns the class `Page` of its body. */
  private readFunction(node: ts.FunctionDeclaration): void {
    if (node.name) this.add(node.name.text, node.name, node);
    node.body?.statements.filter(ts.isClassDeclaration).forEach((inner) => this.readClass(inner));
  }

  /** Constants, and the properties of one that is an object, such as `LoginErrors.invalidCredentials`. */
  private readConstants(statement: ts.VariableStatement): void {
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (!ts.isIdentifier(name)) continue;
      this.add(name.text, name, statement);
      for (const property of objectLiteralOf(initializer)?.properties ?? []) {
        if (property.name) this.add(`${name.text}.${nameOf(property.name, this.file)}`, property.name, property);
      }
    }
  }

  private add(symbol: string, name: ts.Node, documented: ts.Node, parent?: string): void {
    const comment = ts.getJSDocCommentsAndTags(documented).findLast(ts.isJSDoc);
    this.declarations.push({
      symbol,
      line: this.lineOf(name),
      ...(parent && { parent }),
      ...(comment && { comment: this.readComment(comment) }),
    });
  }

  private readComment({ comment, tags = [] as never }: ts.JSDoc): Comment {
    const summary = this.readText(comment);
    const read: Comment = { summary: summary.text, callouts: [], effects: [], links: [...summary.links] };
    for (const tag of tags) {
      const { text, links } = this.readText(tag.comment);
      const name = tag.tagName.text;
      read.links.push(...links);
      if (name === 'callout') read.callouts.push(text);
      // Its links are proofs, not prose: they leave the text, but for what they are called.
      else if (name === 'effect')
        read.effects.push({ text: this.readText(tag.comment, (_target, label) => label).text, links });
      else if (name === 'example') read.example = text;
      else if (name === 'deprecated') read.deprecated = text;
    }
    return read;
  }

  /** The text of a comment, a link shown as code unless `show` says otherwise. */
  private readText(
    comment: ts.JSDoc['comment'],
    show = (target: string, label: string) => label || `\`${target}\``,
  ): { text: string; links: Link[] } {
    if (comment === undefined || typeof comment === 'string') return { text: tidy(comment ?? ''), links: [] };
    const links: Link[] = [];
    const parts = comment.map((part) => {
      if (!('name' in part)) return part.text;
      const target = part.name?.getText(this.file) ?? '';
      // `{@link https://…}`: the parser takes the scheme for a name.
      if (part.text.startsWith('://')) return target + part.text;
      links.push({ target, line: this.lineOf(part) });
      return show(target, part.text.replace(/^\s*\|?\s*/, '').trim());
    });
    return { text: tidy(parts.join('')), links };
  }

  private lineOf(node: ts.Node): number {
    return this.file.getLineAndCharacterOfPosition(node.getStart(this.file)).line + 1;
  }
}

function nameOf(name: ts.PropertyName, file: ts.SourceFile): string {
  return ts.isStringLiteral(name) ? name.text : name.getText(file);
}

/** `{…}`, `{…} as const` and `define({…})`. */
function objectLiteralOf(node: ts.Expression | undefined): ts.ObjectLiteralExpression | undefined {
  if (!node || ts.isObjectLiteralExpression(node)) return node;
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return objectLiteralOf(node.expression);
  const argument = ts.isCallExpression(node) ? node.arguments[0] : undefined;
  return argument && ts.isObjectLiteralExpression(argument) ? argument : undefined;
}

/** One line a paragraph or list item: the breaks of the source are those of its width. */
function tidy(text: string): string {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) =>
      paragraph
        .replace(/[ \t]*\n[ \t]*(?!- )/g, ' ')
        .replace(/[ \t]+/g, ' ')
        // Where a link was taken out before a comma or stop.
        .replace(/ (?=[.,;]( |$))/g, '')
        .trim(),
    )
    .filter(Boolean)
    .join('\n\n');
}
