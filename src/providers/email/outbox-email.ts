import { newId } from '../../infrastructure/ids.js';
import { builtInAdapter } from '../built-in-adapter.js';
import type { DevelopmentOutbox } from '../development-outbox.js';
import { textOf, type ProviderTestReport } from '../provider.js';
import type { EmailMessage, EmailProvider } from './email-provider.js';

/** Keeps mail in the development outbox. */
class OutboxEmail implements EmailProvider {
  constructor(private readonly outbox: DevelopmentOutbox) {}

  async send({
    messageId,
    to,
    subject,
    text,
    html,
    headers,
    template,
  }: EmailMessage): Promise<{ providerReference: string }> {
    await this.outbox.write({ channel: 'email', messageId, to, subject, text, html, headers, template });
    return { providerReference: messageId };
  }

  async probe(): Promise<void> {
    this.outbox.refuseInProduction();
  }

  async test(target: string | null, payload: Record<string, unknown>): Promise<ProviderTestReport> {
    return { ...(await this.send(testEmail(target, payload))), raw: null };
  }
}

export const outboxEmailAdapter = (outbox: DevelopmentOutbox) =>
  builtInAdapter('email', 'outbox', new OutboxEmail(outbox));

/** The mail that a test of any mail provider sends. */
export function testEmail(target: string | null, payload: Record<string, unknown>): EmailMessage {
  return {
    messageId: newId(),
    to: target ?? '',
    subject: textOf(payload, 'subject', 'Test message'),
    text: textOf(payload, 'text', 'This is a test of the mail provider.'),
    html: null,
    template: 'provider_test',
  };
}
