import type { FindOptionsWhere } from 'typeorm';
import { OutboxMessage, type OutboxChannel } from '../entities/development/outbox-message.entity.js';
import type { Clock } from '../infrastructure/clock.js';
import type { Database } from '../infrastructure/database/database.js';

/** What a development provider was asked to send. */
export interface OutboxEntry {
  /** UUID that the sender gave the message. */
  messageId: string;
  channel: OutboxChannel;
  to: string;
  template: string;
  subject: string | null;
  text: string;
  html: string | null;
  headers?: Record<string, string>;
}

/** A message as `/dev/outbox` shows it. */
export interface OutboxItem {
  id: string;
  channel: OutboxChannel;
  to: string;
  template: string;
  subject: string | null;
  text: string;
  html: string | null;
  headers: Record<string, string>;
  links: string[];
  code: string | null;
  createdAt: Date;
}

export interface OutboxFilter {
  channel?: OutboxChannel;
  /** The whole address; case does not matter. */
  to?: string;
  limit: number;
}

const URL_PATTERN = /https?:\/\/[^\s<>"'`]+/g;
const TRAILING_PUNCTUATION = /[.,;:!?)\]}]+$/;
const CODE_PATTERN = /(?<!\d)\d{6}(?!\d)/;

/**
 * Keeps messages instead of sending them, so that a laptop needs no account. In production it refuses to: a message that
 * silently goes nowhere is worse than one that fails, is retried, and shows up in the health of the provider; and tokens
 * do not belong in a table in the clear.
 */
export class DevelopmentOutbox {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly production: boolean,
  ) {}

  /** Stores the message; a repeat of the same message id changes nothing. @throws Error in production. */
  async write({ messageId, to, headers = {}, ...entry }: OutboxEntry): Promise<void> {
    this.refuseInProduction();
    await this.database.manager
      .createQueryBuilder()
      .insert()
      .into(OutboxMessage)
      .values({
        ...entry,
        id: messageId,
        to: to.toLowerCase(),
        headers,
        links: linksIn(entry.text),
        code: entry.text.replace(URL_PATTERN, '').match(CODE_PATTERN)?.[0] ?? null,
        createdAt: this.clock.now(),
      })
      .orIgnore()
      .execute();
  }

  /** @throws Error in production, where nothing is delivered this way. */
  refuseInProduction(): void {
    if (this.production) throw new Error('the development outbox delivers nothing; activate another provider');
  }

  /** Newest first. */
  async list({ channel, to, limit }: OutboxFilter): Promise<OutboxItem[]> {
    const where: FindOptionsWhere<OutboxMessage> = {};
    if (channel) where.channel = channel;
    if (to) where.to = to.toLowerCase();
    return this.database.manager.find(OutboxMessage, { where, order: { createdAt: 'DESC', id: 'DESC' }, take: limit });
  }
}

function linksIn(text: string): string[] {
  return [...new Set((text.match(URL_PATTERN) ?? []).map((link) => link.replace(TRAILING_PUNCTUATION, '')))];
}
