import { ReactivationTokenSource } from '../../entities/user/user.enums.js';
import type { Mails } from '../mail/mails.js';
import type { WebLinks } from '../web-links.js';
import type { ReactivationTokens } from './reactivation-tokens.js';

/** Mailed links that bring a paused account back. */
export class ReactivationLinks {
  constructor(
    private readonly tokens: ReactivationTokens,
    private readonly mails: Mails,
    private readonly links: WebLinks,
  ) {}

  /**
   * Writes a token of source EMAIL and mails its link, in the transaction at hand.
   *
   * @param tokenId id of the token; that of the request it answers, where there is one
   */
  async send(user: { id: string; email: string; locale: string | null }, tokenId?: string): Promise<void> {
    const { token, expiresAt } = await this.tokens.issue(user.id, ReactivationTokenSource.EMAIL, { id: tokenId });
    const deletionAt = await this.tokens.deletionDateOf(user.id);
    await this.mails.send(
      'account_deactivated',
      { to: user.email, locale: user.locale },
      {
        reactivateUrl: this.links.reactivate(token),
        linkExpiresAt: expiresAt.toISOString(),
        deletionAt: deletionAt?.toISOString() ?? null,
      },
    );
  }
}
