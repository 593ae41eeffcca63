import { setting } from '../../infrastructure/settings/setting.js';

/** Settings of uploads. */
export const UploadSettings = {
  avatarMaxBytes: setting.int('upload.avatar.max_bytes', 5_242_880, 'largest avatar in bytes', { min: 1 }),
  publicBaseUrl: setting.string('upload.public_base_url', '', 'base of the URLs of public files; empty: this server, followed by /files', {
    pattern: '^(https?://.+)?$',
    maxLength: 500,
  }),
} as const;
