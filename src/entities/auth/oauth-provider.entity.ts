import { Column, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { OAuthPlatform } from './auth.enums.js';

/** Settings of an OAuth platform, one row each; staff edits them. */
@Entity({ name: 'oauth_provider' })
export class OAuthProvider {
  /** Platform. */
  @PrimaryColumn({ name: 'platform', type: 'text' })
  platform!: OAuthPlatform;

  /** Whether the platform can be used at all. */
  @Column({ name: 'enabled', type: 'boolean', default: false })
  enabled!: boolean;

  /** Whether it can sign users in; google, apple and x only. */
  @Column({ name: 'login_enabled', type: 'boolean', default: false })
  loginEnabled!: boolean;

  /** OAuth client id. */
  @Column({ name: 'client_id', type: 'text', nullable: true })
  clientId!: string | null;

  /** Further audiences that are accepted, those of native apps. */
  @Column({ name: 'extra_client_ids', type: 'text', array: true, default: [] })
  extraClientIds!: string[];

  /** OAuth client secret, encrypted with AES-256-GCM. */
  @Column({ name: 'client_secret_encrypted', type: 'text', nullable: true })
  clientSecretEncrypted!: string | null;

  /** Redirect URI registered with the platform. */
  @Column({ name: 'redirect_uri', type: 'text', nullable: true })
  redirectUri!: string | null;

  /** Scopes asked for. */
  @Column({ name: 'scopes', type: 'text', array: true, default: [] })
  scopes!: string[];

  /** Further settings; may override endpoint URLs outside production only. */
  @Column({ name: 'settings', type: 'jsonb', default: {} })
  settings!: Record<string, unknown>;

  /** Time of the last change. */
  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz', precision: 3 })
  updatedAt!: Date;

  /** Member of staff who made it. */
  @Column({ name: 'updated_by', type: 'uuid', nullable: true })
  updatedBy!: string | null;
}
