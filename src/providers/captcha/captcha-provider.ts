import type { Provider } from '../provider.js';

export interface CaptchaProvider extends Provider {
  /**
   * True only when the answer of the widget is clearly good. `token` is null when the client sent none.
   *
   * @throws Error when it could not be checked; {@link CaptchaVerifier} makes that a refusal.
   */
  verify(token: string | null, remoteIp: string): Promise<boolean>;
}
