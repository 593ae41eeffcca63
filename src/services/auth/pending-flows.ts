import type { EmailVerificationService } from './email-verification.service.js';
import type { PasswordResetLinks } from './password-reset-links.js';
import type { SignInChallenges } from './sign-in-challenges.js';

/** What is under way for an account and must not outlive a new password or a pause. */
export class PendingFlows {
  constructor(
    private readonly resetLinks: PasswordResetLinks,
    private readonly verification: EmailVerificationService,
    private readonly challenges: SignInChallenges,
  ) {}

  /**
   * Ends mailed password links, email changes that wait for their proof, and sign-ins that wait for their second factor,
   * in the transaction at hand. Links that restore a former address stay.
   */
  async cancelAll(userId: string): Promise<void> {
    await this.resetLinks.invalidate(userId);
    await this.verification.invalidateEmailChanges(userId);
    await this.challenges.invalidateAll(userId);
  }
}
