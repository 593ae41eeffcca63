import { builtInAdapter } from '../built-in-adapter.js';
import type { ProviderTestReport } from '../provider.js';
import type { CaptchaProvider } from './captcha-provider.js';

/** Switches captcha off: everybody passes. */
class NoCaptcha implements CaptchaProvider {
  async verify(): Promise<boolean> {
    return true;
  }

  async probe(): Promise<void> {}

  async test(): Promise<ProviderTestReport> {
    return { providerReference: null, raw: null };
  }
}

export const noCaptchaAdapter = () => builtInAdapter('captcha', 'none', new NoCaptcha());
