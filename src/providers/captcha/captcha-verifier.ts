import type { ProviderRegistry } from '../provider-registry.js';

/** Checks captcha tokens with the provider in force. */
export class CaptchaVerifier {
  constructor(private readonly providers: ProviderRegistry) {}

  /**
   * Anything but a clear success is a refusal, an outage too: a captcha that opens when its provider is down protects
   * nothing. Another provider cannot stand in, since a token is good only where its widget came from.
   */
  async verify(token: string | null, remoteIp: string): Promise<boolean> {
    try {
      return await this.providers.use('captcha', (captcha) => captcha.verify(token, remoteIp));
    } catch {
      // The registry has logged the failure and marked the provider.
      return false;
    }
  }
}
