/** What an operation does to the answer besides its result: headers and the refresh cookie. */
export class ResponseEffects {
  readonly headers = new Map<string, string>();
  private readonly cookies = new Map<string, string>();

  setHeader(name: string, value: string): void {
    this.headers.set(name.toLowerCase(), value);
  }

  /** The last cookie of a name wins, so a sign-in after a clearing in one GraphQL document is kept. */
  setCookie(name: string, serialized: string): void {
    this.cookies.set(name, serialized);
  }

  get setCookieHeaders(): string[] {
    return [...this.cookies.values()];
  }
}
