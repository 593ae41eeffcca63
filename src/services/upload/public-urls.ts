import type { Settings } from '../../infrastructure/settings/settings.js';
import { UploadSettings } from './upload.settings.js';

/** Name of an avatar below the folder of its owner. Exact, so that a URL with a query, a fragment or `..` is none. */
const AVATAR_NAME = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(jpg|png|webp)$/;

/** The URLs under which everybody can read public files. */
export class PublicUrls {
  /** @param serverUrl where clients reach this server, without a trailing slash */
  constructor(
    private readonly settings: Settings,
    private readonly serverUrl: string,
  ) {}

  of(key: string): string {
    return `${this.base}/${key}`;
  }

  /** The storage key of a URL that is exactly an avatar upload of this user; null for any other text. */
  avatarKeyOf(userId: string, url: string): string | null {
    const folder = `avatars/${userId}/`;
    const prefix = this.of(folder);
    if (!url.startsWith(prefix)) return null;
    const name = url.slice(prefix.length);
    return AVATAR_NAME.test(name) ? folder + name : null;
  }

  private get base(): string {
    const configured = this.settings.get(UploadSettings.publicBaseUrl).replace(/\/+$/, '');
    return configured || `${this.serverUrl}/files`;
  }
}
