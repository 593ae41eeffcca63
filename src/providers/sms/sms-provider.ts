import type { Provider } from '../provider.js';

/** One text message. */
export interface SmsMessage {
  /** UUID of the sender's record; a repeat with the same id is the same message. */
  messageId: string;
  /** E.164 number. */
  to: string;
  text: string;
  /** Name of the template, for logs and the development outbox. */
  template: string;
}

export interface SmsProvider extends Provider {
  /** Hands the message over; delivery is not awaited. @throws Error when the provider did not take it. */
  send(message: SmsMessage): Promise<{ providerReference: string | null }>;
}
