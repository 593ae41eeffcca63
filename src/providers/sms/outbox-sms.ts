import { newId } from '../../infrastructure/ids.js';
import { builtInAdapter } from '../built-in-adapter.js';
import type { DevelopmentOutbox } from '../development-outbox.js';
import { textOf, type ProviderTestReport } from '../provider.js';
import type { SmsMessage, SmsProvider } from './sms-provider.js';

/** Keeps text messages in the development outbox. */
class OutboxSms implements SmsProvider {
  constructor(private readonly outbox: DevelopmentOutbox) {}

  async send(message: SmsMessage): Promise<{ providerReference: string }> {
    await this.outbox.write({ ...message, channel: 'sms', subject: null, html: null });
    return { providerReference: message.messageId };
  }

  async probe(): Promise<void> {
    this.outbox.refuseInProduction();
  }

  async test(target: string | null, payload: Record<string, unknown>): Promise<ProviderTestReport> {
    return { ...(await this.send(testSms(target, payload))), raw: null };
  }
}

export const outboxSmsAdapter = (outbox: DevelopmentOutbox) => builtInAdapter('sms', 'outbox', new OutboxSms(outbox));

/** The message that a test of any SMS provider sends. */
export function testSms(target: string | null, payload: Record<string, unknown>): SmsMessage {
  return {
    messageId: newId(),
    to: target ?? '',
    text: textOf(payload, 'text', 'This is a test of the SMS provider.'),
    template: 'provider_test',
  };
}
