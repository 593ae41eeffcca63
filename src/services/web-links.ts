/** Addresses of the web app that mails lead to. They start with the configured origin, never with a Host header. */
export class WebLinks {
  constructor(private readonly webOrigin: string) {}

  verifyEmail = (token: string): string => this.withToken('/verify-email', token);
  resetPassword = (token: string): string => this.withToken('/reset-password', token);
  reactivate = (token: string): string => this.withToken('/reactivate', token);

  get signIn(): string {
    return this.to('/login');
  }

  /** Sessions and second factors of the account. */
  get security(): string {
    return this.to('/settings/security');
  }

  /** Data export and deletion. */
  get privacy(): string {
    return this.to('/settings/privacy');
  }

  get appeal(): string {
    return this.to('/appeal');
  }

  get support(): string {
    return this.to('/support');
  }

  adminUser = (userId: string): string => this.to(`/admin/users/${userId}`);

  /** True for a page of the web app: a path, or an URL on its host. */
  isOwnPage = (text: string): boolean => URL.parse(text, this.webOrigin)?.host === new URL(this.webOrigin).host;

  private withToken(path: string, token: string): string {
    return `${this.to(path)}?token=${encodeURIComponent(token)}`;
  }

  private to(path: string): string {
    return this.webOrigin + path;
  }
}
