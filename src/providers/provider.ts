/** What a test through `admin.provider-test` brought back. */
export interface ProviderTestReport {
  providerReference: string | null;
  /** What the provider answered; the caller blanks secrets and addresses in it. */
  raw: Record<string, unknown> | null;
}

/** A provider that is set up and ready to work. The families add what they do. */
export interface Provider {
  /** Proves that the provider answers and takes its credentials, without sending anything to anybody. Rejects if not. */
  probe(): Promise<void>;

  /**
   * Does the real thing once.
   *
   * @param target - what the family needs: an address, a number, a widget token; null when it needs none
   * @param payload - further fields of the test, such as a text
   */
  test(target: string | null, payload: Record<string, unknown>): Promise<ProviderTestReport>;

  /** Lets go of connections when the process ends. */
  close?(): void;
}

/** A text of the payload, or a default. */
export function textOf(payload: Record<string, unknown>, name: string, fallback: string): string {
  const value = payload[name];
  return typeof value === 'string' && value !== '' ? value : fallback;
}
