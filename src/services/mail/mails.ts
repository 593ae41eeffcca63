import type { Encryption } from '../../infrastructure/crypto/encryption.js';
import type { JobOutbox } from '../../jobs/job-outbox.js';
import { mailSendJob } from './mail.jobs.js';
import type { MailTemplate, MailTemplates } from './mail-templates.js';

/** Who gets a mail: an address, or a user at the address of the moment it is sent. */
export type MailReceiver = { to: string; locale: string | null } | { userId: string };

/**
 * Puts mails into the outbox, in the transaction at hand: they leave when the change is committed, and not when it is
 * rolled back. Parameters are encrypted while they wait, since they may hold a token.
 */
export class Mails {
  constructor(
    private readonly outbox: JobOutbox,
    private readonly encryption: Encryption,
  ) {}

  async send<T extends MailTemplate>(template: T, receiver: MailReceiver, params: MailTemplates[T]): Promise<void> {
    await this.outbox.enqueue(mailSendJob, {
      template,
      ...('userId' in receiver ? { userId: receiver.userId } : { to: receiver.to, locale: receiver.locale ?? undefined }),
      sealedParams: this.encryption.encrypt(JSON.stringify(params)),
    });
  }
}
