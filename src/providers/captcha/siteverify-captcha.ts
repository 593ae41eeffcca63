import { z } from 'zod';
import type { OutboundHttp } from '../outbound-http.js';
import { defineAdapter, type ProviderAdapter } from '../provider-adapter.js';
import type { ProviderTestReport } from '../provider.js';
import type { CaptchaProvider } from './captcha-provider.js';

const TIMEOUT = 5_000;

/** The three vendors answer the same form post in the same way. */
const SITEVERIFY_URLS = {
  turnstile: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
  hcaptcha: 'https://api.hcaptcha.com/siteverify',
  recaptcha: 'https://www.google.com/recaptcha/api/siteverify',
} as const;

const baseSettings = z.strictObject({
  /** Host names the widget may have been solved on; empty: any. */
  hostnames: z.array(z.string().min(1)).max(20).default([]),
  /** reCAPTCHA v3: the lowest score that passes, 0 to 1. */
  minScore: z.number().min(0).max(1).optional(),
});
/** Where private hosts are allowed, another server may stand in for the vendor. */
const localSettings = baseSettings.extend({ verifyUrl: z.url().optional() });

type SiteverifySettings = z.output<typeof localSettings>;

const siteverifyAnswer = z.object({
  success: z.boolean(),
  hostname: z.string().optional(),
  score: z.number().optional(),
  'error-codes': z.array(z.string()).default([]),
});

/** Cloudflare Turnstile, hCaptcha and Google reCAPTCHA. */
export function siteverifyCaptchaAdapters(http: OutboundHttp): Array<ProviderAdapter<'captcha'>> {
  return Object.entries(SITEVERIFY_URLS).map(([id, url]) =>
    defineAdapter({
      family: 'captcha',
      id,
      settings: (http.hosts.allowPrivateHosts ? localSettings : baseSettings) as typeof localSettings,
      outboundSettings: ['verifyUrl'],
      credentials: ['secretKey'],
      create: (settings, { secretKey }) => new SiteverifyCaptcha(settings.verifyUrl ?? url, settings, secretKey, http),
    }),
  );
}

class SiteverifyCaptcha implements CaptchaProvider {
  constructor(
    private readonly url: string,
    private readonly settings: SiteverifySettings,
    private readonly secretKey: string,
    private readonly http: OutboundHttp,
  ) {}

  async verify(token: string | null, remoteIp: string): Promise<boolean> {
    return token ? this.passes(await this.ask(token, remoteIp)) : false;
  }

  /** An empty token is refused by every vendor; what tells is whether the secret is among the complaints. */
  async probe(): Promise<void> {
    const { 'error-codes': codes } = await this.ask('probe');
    if (codes.some((code) => code.includes('secret'))) throw new Error(`refused: ${codes.join(', ')}`);
  }

  async test(target: string | null): Promise<ProviderTestReport> {
    if (target === null) {
      await this.probe();
      return { providerReference: null, raw: null };
    }
    const answer = await this.ask(target);
    if (!this.passes(answer))
      throw new Error(`the token does not pass: ${answer['error-codes'].join(', ') || 'host or score'}`);
    return { providerReference: null, raw: { hostname: answer.hostname, score: answer.score } };
  }

  private async ask(token: string, remoteIp?: string): Promise<z.output<typeof siteverifyAnswer>> {
    const form = new URLSearchParams({ secret: this.secretKey, response: token });
    if (remoteIp) form.set('remoteip', remoteIp);
    const { status, body } = await this.http.send(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      timeout: TIMEOUT,
    });
    if (status >= 500) throw new Error(`siteverify answered ${status}`);
    const answer = siteverifyAnswer.parse(JSON.parse(body));
    // Some vendors refuse with a 4xx that says why; it never counts as a success.
    return { ...answer, success: answer.success && status === 200 };
  }

  private passes({ success, hostname, score }: z.output<typeof siteverifyAnswer>): boolean {
    const { hostnames, minScore } = this.settings;
    return (
      success &&
      (hostnames.length === 0 || hostnames.includes(hostname ?? '')) &&
      (minScore === undefined || (score !== undefined && score >= minScore))
    );
  }
}
