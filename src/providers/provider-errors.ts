/** The provider lacks a setting or a credential, or is not known to this version of the code. */
export class ProviderNotConfigured extends Error {
  override readonly name = 'ProviderNotConfigured';

  constructor(family: string, provider: string) {
    super(`the ${family} provider ${provider} is not configured`);
  }
}

/**
 * The recipient is the reason, not the provider: the address does not exist. Another provider would not help, and the
 * provider's health is not in doubt.
 */
export class RecipientRejected extends Error {
  override readonly name = 'RecipientRejected';
}

const MAX_LENGTH = 500;

/** What went wrong, in a text that staff may read: without secrets, mail addresses and phone numbers. */
export function describeFailure(error: unknown, secrets: readonly string[] = []): string {
  const { message, code } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error), code: undefined };
  const text = message || code || (error as Error).name;
  return redact(code && !text.includes(code) ? `${code}: ${text}` : text, secrets).slice(0, MAX_LENGTH);
}

/** Blanks `secrets`, mail addresses and phone numbers in a text. */
export function redact(text: string, secrets: readonly string[]): string {
  const withoutSecrets = secrets
    .flatMap((secret) => [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)])
    .reduce((rest, secret) => (secret ? rest.replaceAll(secret, '[redacted]') : rest), text);
  return withoutSecrets.replace(/[^\s<>"'=:,;]+@[^\s<>"',;]+/g, '[address]').replace(/\+?\d{8,15}/g, '[number]');
}
