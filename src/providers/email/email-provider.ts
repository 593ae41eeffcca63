import type { Provider } from '../provider.js';

/** One mail to one recipient. */
export interface EmailMessage {
  /** UUID of the sender's record; a repeat with the same id is the same mail. */
  messageId: string;
  to: string;
  /** Sender address; absent, the one of the provider's settings. */
  from?: string;
  subject: string;
  text: string;
  html: string | null;
  headers?: Record<string, string>;
  /** Name of the template, for logs and the development outbox. */
  template: string;
}

export interface EmailProvider extends Provider {
  /**
   * Hands the mail over; delivery is not awaited. `providerReference` is the id that bounce reports will name.
   *
   * @throws RecipientRejected when the address does not exist; any other Error when the provider failed.
   */
  send(message: EmailMessage): Promise<{ providerReference: string | null }>;
}
