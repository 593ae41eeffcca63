import { Column, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** An account on another platform: a login identity, a connected account of a creator, or both. */
@Entity({ name: 'social_account' })
export class SocialAccount {
  /** Key (UUID v7). */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  /** User it belongs to. */
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** Upper-case name of the platform. */
  @Column({ name: 'platform', type: 'varchar', length: 20 })
  platform!: string;

  /** The platform's subject. */
  @Column({ name: 'platform_user_id', type: 'varchar', length: 255 })
  platformUserId!: string;

  /** Name on the platform. */
  @Column({ name: 'platform_username', type: 'varchar', length: 255, nullable: true })
  platformUsername!: string | null;

  /** Whether the ownership is proven for display. */
  @Column({ name: 'verified', type: 'boolean', default: false })
  verified!: boolean;

  /** Whether it signs the user in. */
  @Column({ name: 'for_login', type: 'boolean', default: false })
  forLogin!: boolean;

  /** Time at which it became a login identity. */
  @Column({ name: 'login_linked_at', type: 'timestamptz', nullable: true })
  loginLinkedAt!: Date | null;

  /** Whether it is a connected account of the creator. */
  @Column({ name: 'for_social', type: 'boolean', default: false })
  forSocial!: boolean;

  /** Access token of the connected account, encrypted. */
  @Column({ name: 'access_token_encrypted', type: 'text', nullable: true })
  accessTokenEncrypted!: string | null;

  /** Refresh token of the connected account, encrypted. */
  @Column({ name: 'refresh_token_encrypted', type: 'text', nullable: true })
  refreshTokenEncrypted!: string | null;

  /** End of the access token. */
  @Column({ name: 'token_expires_at', type: 'timestamptz', nullable: true })
  tokenExpiresAt!: Date | null;

  /** Time at which the row was made. */
  @Column({ name: 'connected_at', type: 'timestamptz', precision: 3, default: () => 'now()' })
  connectedAt!: Date;

  /** Time of the last change. */
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz', precision: 3 })
  updatedAt!: Date;
}
