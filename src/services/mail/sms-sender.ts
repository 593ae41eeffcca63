import { ProviderFamily } from '../../entities/admin/provider.enums.js';
import type { Encryption } from '../../infrastructure/crypto/encryption.js';
import type { ProviderRegistry } from '../../providers/provider-registry.js';

/** The payload of the job sms-send. */
export interface QueuedSms {
  to: string;
  template: string;
  sealedText: string;
}

/** Handler of the job sms-send. */
export class SmsSender {
  constructor(
    private readonly providers: ProviderRegistry,
    private readonly encryption: Encryption,
  ) {}

  /**
   * Sends one text message.
   *
   * @param jobId becomes the message id, so that a provider recognises a message that is sent twice
   * @throws Error when no provider takes it; the job is tried again
   */
  async send({ to, template, sealedText }: QueuedSms, jobId: string): Promise<void> {
    const text = this.encryption.decrypt(sealedText);
    await this.providers.withFailover(ProviderFamily.sms, (provider) =>
      provider.send({ to, text, template, messageId: jobId }),
    );
  }
}
