import { RE2JS } from 're2js';
import { ModerationAction, ModerationMatcher, type ModerationKind } from '../../entities/admin/admin.enums.js';
import { ModerationRule } from '../../entities/admin/moderation-rule.entity.js';
import type { Clock } from '../../infrastructure/clock.js';
import type { Encryption } from '../../infrastructure/crypto/encryption.js';
import type { Database } from '../../infrastructure/database/database.js';
import { defineErrors, DomainError } from '../../infrastructure/errors.js';
import { newId } from '../../infrastructure/ids.js';

export const ContentErrors = defineErrors({
  flagged: [400, 'error.user.content_flagged', 'a moderation rule with action REJECT matches the text'],
});

/** A text that a moderation rule let pass but wants staff to see. */
export interface FlaggedText {
  rule: ModerationRule;
  text: string;
}

/** Applies the moderation rules to texts that users publish about themselves. */
export class TextModeration {
  constructor(
    private readonly database: Database,
    private readonly encryption: Encryption,
    private readonly clock: Clock,
  ) {}

  /**
   * Checks texts of one kind.
   *
   * @returns the texts that a FLAG rule matched; open their cases with {@link openCases} in the transaction of the write
   * @throws DomainError `error.user.content_flagged` when a REJECT rule matches
   */
  async check(kind: ModerationKind, texts: Array<string | null | undefined>): Promise<FlaggedText[]> {
    const given = texts.filter((text): text is string => Boolean(text));
    if (given.length === 0) return [];
    const rules = await this.rulesFor(kind);
    const hits = given.flatMap((text) => rules.filter((rule) => matches(rule, text)).map((rule) => ({ rule, text })));
    if (hits.some(({ rule }) => rule.action === ModerationAction.REJECT)) throw new DomainError(ContentErrors.flagged);
    return hits.filter(({ rule }) => rule.action === ModerationAction.FLAG);
  }

  /** Opens a case for flagged texts; an open one of the same target stays the only one. */
  async openCases(kind: ModerationKind, userId: string, flagged: FlaggedText[]): Promise<void> {
    const [first] = flagged;
    if (!first) return;
    await this.database.query(
      `insert into moderation_case (id, kind, target_id, user_id, rule_id, category, severity, matches, content, status, created_at)
       values ($1, $2, $3, $3, $4, $5, $6, $7, $8, 'OPEN', $9) on conflict do nothing`,
      [
        newId(), kind, userId, first.rule.id, first.rule.category, Math.max(...flagged.map(({ rule }) => rule.severity)),
        JSON.stringify(flagged.map(({ rule }) => rule.name)), Buffer.from(this.encryption.encrypt(first.text)), this.clock.now(),
      ],
    );
  }

  private rulesFor(kind: ModerationKind): Promise<ModerationRule[]> {
    return this.database.manager
      .createQueryBuilder(ModerationRule, 'rule')
      .where('rule.active and :kind = any(rule.applies_to)', { kind })
      .orderBy('rule.sort_order')
      .getMany();
  }
}

function matches(rule: ModerationRule, text: string): boolean {
  const haystack = text.normalize('NFKC').toLowerCase();
  switch (rule.matcher) {
    case ModerationMatcher.KEYWORD:
    case ModerationMatcher.DOMAIN:
      return haystack.includes(rule.pattern.toLowerCase());
    case ModerationMatcher.REGEX:
      // A pattern that staff wrote must not be able to stall the server: RE2 matches in linear time.
      return RE2JS.compile(rule.pattern).matcher(haystack).find();
  }
}
