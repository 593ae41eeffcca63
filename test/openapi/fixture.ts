import { readFileSync } from 'node:fs';
import {
  ArrayMaxSize,
  IsEmail,
  IsIn,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { Arg, Args, ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType, Resolver } from 'type-graphql';
import { defineErrors } from '../../src/infrastructure/errors.js';
import { MutationOperation, NavigationField, QueryOperation } from '../../src/operations/declaration.js';
import type { SymbolDocumentation } from '../../src/operations/documentation/documentation.js';
import { resolveLinks } from '../../src/operations/documentation/link-resolver.js';
import { readDeclarations } from '../../src/operations/documentation/tsdoc-reader.js';
import { HasSafeCharacters, IsNewPassword, IsWebUrl, TrimmedLength } from '../../src/resolvers/shared/validators.js';
import { KillSwitch } from '../../src/services/admin/kill-switches.js';

// A small API with everything that a declaration can say. Its TSDoc is read as if it stood in a module.
const PATH = 'src/resolvers/content/library.resolver.ts';

/** The TSDoc of this file. */
export function librarySymbols(): SymbolDocumentation[] {
  return resolveLinks({ [PATH]: readDeclarations(PATH, readFileSync(import.meta.filename, 'utf8')) });
}

export const BookErrors = defineErrors({
  onLoan: [409, 'content.book.on_loan', 'somebody has it'],
});

/** Where a book stands. */
export enum Shelf {
  /** Within reach. */
  LOW = 'low',
  /** Up the ladder. */
  HIGH = 'high',
}
registerEnumType(Shelf, { name: 'Shelf' });

/** Somebody who writes. */
@ObjectType()
export class Author {
  /** Id of the author. */
  @Field(() => ID)
  id!: string;

  /** Where letters go. */
  @Field()
  email!: string;

  /** What was written. */
  @Field(() => [Book])
  books!: Book[];
}

/** Something to read. */
@ObjectType()
export class Book {
  /** Id of the book. */
  @Field(() => ID)
  id!: string;

  /**
   * The number on the back.
   *
   * @example ISBN-007
   */
  @Field()
  serial!: string;

  /** Picture of the cover. */
  @Field(() => String, { nullable: true })
  coverUrl!: string | null;

  /** Where it stands. */
  @Field(() => Shelf, { nullable: true })
  shelf!: Shelf | null;

  /** When it was printed. */
  @Field(() => Date)
  printedAt!: Date;

  /** Who wrote it. */
  @Field(() => Author)
  author!: Author;

  /** Length. */
  @Field(() => Int, { deprecationReason: 'Count them.' })
  pages!: number;
}

/** A part of a book. */
@InputType()
export class ChapterInput {
  /** Its heading. */
  @Field()
  @Length(1, 80)
  title!: string;

  /** Its length. */
  @Field(() => Int, { nullable: true })
  @IsOptional()
  @Min(1)
  pages?: number | null;
}

@ArgsType()
class PageArgs {
  /** Which page. */
  @Field(() => Int, { defaultValue: 1 })
  @Min(1)
  page!: number;
}

@ArgsType()
class BooksArgs extends PageArgs {
  /** Who wrote them. */
  @Field(() => ID)
  authorId!: string;

  /** Only on these shelves. */
  @Field(() => [Shelf], { nullable: true })
  shelves?: Shelf[] | null;
}

@ArgsType()
class ChangeBookArgs {
  /** Which book. */
  @Field(() => ID)
  bookId!: string;

  /** What it is called. */
  @Field(() => String, { nullable: true })
  @IsOptional()
  @TrimmedLength(2, 60)
  @HasSafeCharacters()
  @Matches(/^[A-Z]/)
  title?: string | null;

  /** May be left out, not cleared. */
  @Field(() => String, { nullable: true })
  @IsString()
  @IsIn(['hard', 'soft'])
  binding?: string | null;

  /** Words to find it by. */
  @Field(() => [String], { nullable: true })
  @IsOptional()
  @ArrayMaxSize(3)
  @MaxLength(20, { each: true })
  tags?: string[] | null;

  /** Its parts. */
  @Field(() => [ChapterInput], { nullable: true })
  @IsOptional()
  chapters?: ChapterInput[] | null;

  /** Where it goes. */
  @Field(() => Shelf, { nullable: true })
  @IsOptional()
  @IsIn(Object.values(Shelf))
  shelf?: Shelf | null;

  /**
   * How many there are.
   *
   * @deprecated Nobody counts.
   */
  @Field(() => Int, { nullable: true })
  @IsOptional()
  @Max(9)
  copies?: number | null;
}

@ArgsType()
class SubscribeArgs {
  /** Where news go. */
  @Field()
  @IsEmail()
  email!: string;

  /** To come back with. */
  @Field()
  @IsNewPassword()
  password!: string;

  /** Who asks. */
  @Field()
  @IsWebUrl()
  website!: string;
}

@Resolver(() => Author)
export class LibraryResolver {
  /**
   * Lists the books of an author. Newest first.
   *
   * @callout Lent ones are listed, too.
   * @effect The shelf is read. {@link Book.shelf}
   */
  @QueryOperation(() => [Book], {
    rest: 'GET /authors/:authorId/books',
    access: 'optional',
    rateLimit: null,
    cacheControl: 'public, s-maxage=60',
  })
  books(@Args() _args: BooksArgs): Book[] {
    return [];
  }

  /**
   * Counts the books.
   *
   * @effect Nothing is written. {@link Book}
   */
  @QueryOperation(() => Int, { rest: 'GET /books/count', access: 'public', rateLimit: null, nullable: true })
  bookCount(): number | null {
    return 0;
  }

  /**
   * Changes a book.
   *
   * @effect It is written. {@link Book} {@link BookErrors.onLoan}
   */
  @MutationOperation(() => Book, {
    rest: 'PATCH /books/:bookId',
    access: { permission: 'content:write' },
    rateLimit: '60/minute',
    stepUp: true,
    idempotent: true,
    errors: [BookErrors.onLoan],
  })
  changeBook(@Args() _args: ChangeBookArgs): Book {
    throw new Error('never called');
  }

  /**
   * Asks for news.
   *
   * @effect The address is kept. {@link Author.email}
   */
  @MutationOperation(() => Boolean, {
    rest: 'POST /books/subscribe',
    status: 202,
    access: 'public',
    rateLimit: '5/hour',
    captcha: true,
    killSwitch: KillSwitch.DISCOVER,
    deprecated: 'Read the feed.',
  })
  subscribeToBooks(@Args() _args: SubscribeArgs): boolean {
    return true;
  }

  /**
   * Notes a visit.
   *
   * @effect The visit is counted. {@link Book}
   */
  @MutationOperation(() => Boolean, {
    rest: 'POST /books/visits',
    access: 'user',
    rateLimit: null,
    killSwitch: KillSwitch.ANALYTICS_TRACKING,
  })
  visitLibrary(): boolean {
    return true;
  }

  /** How well known the author is. */
  @NavigationField(() => Int)
  fame(@Arg('years', () => Int, { description: 'Since when.' }) years: number): number {
    return years;
  }
}
