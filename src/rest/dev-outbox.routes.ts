import type { FastifyPluginAsync } from 'fastify';
import type { OutboxChannel } from '../entities/development/outbox-message.entity.js';
import { invalidField } from '../infrastructure/errors.js';
import type { DevelopmentOutbox } from '../providers/development-outbox.js';
import { OUTBOX_PAGE_CSP, renderOutboxPage } from './dev-outbox.page.js';

const CHANNELS: readonly OutboxChannel[] = ['email', 'sms', 'push'];
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

interface OutboxQuery {
  channel?: string;
  to?: string;
  limit?: string;
}

/** `GET /dev/outbox`: what the development providers kept. JSON, or a page for a browser. Never mounted in production. */
export function devOutboxRoutes({ outbox }: { outbox: DevelopmentOutbox }): FastifyPluginAsync {
  return async (fastify) => {
    fastify.get<{ Querystring: OutboxQuery }>('/dev/outbox', async ({ query, headers }, reply) => {
      const filter = {
        channel: channelOf(query.channel),
        to: query.to ? String(query.to) : undefined,
        limit: limitOf(query.limit),
      };
      const items = await outbox.list(filter);
      if (!headers.accept?.includes('text/html')) return { success: true, data: { items } };
      reply.header('content-security-policy', OUTBOX_PAGE_CSP).type('text/html; charset=utf-8');
      return renderOutboxPage(items, filter);
    });
  };
}

function channelOf(text: string | undefined): OutboxChannel | undefined {
  if (!text) return undefined;
  const channel = CHANNELS.find((name) => name === text);
  if (!channel) throw invalidField('channel', 'values', `one of ${CHANNELS.join(', ')}`);
  return channel;
}

/** Clamped, never refused, as in every list. */
function limitOf(text: string | undefined): number {
  const limit = Number.parseInt(text ?? '', 10);
  return Number.isNaN(limit) ? DEFAULT_LIMIT : Math.min(Math.max(limit, 1), MAX_LIMIT);
}
