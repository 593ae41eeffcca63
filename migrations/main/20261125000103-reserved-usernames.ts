import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The first usernames nobody may take; staff edits the list afterwards. Names such as `robots.txt` are reserved by form. */
export class ReservedUsernames20261125000103 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [note, names] of Object.entries(RESERVED)) {
      await runner.query(
        'insert into reserved_username (username, note) select unnest($1::text[]), $2 on conflict (username) do nothing',
        [names.split(/\s+/), note],
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('delete from reserved_username');
  }
}

/** Names by the note that staff sees. */
const RESERVED = {
  'path of the API':
    'admin analytics api auth bio consent creators discover gdpr graphql legal locales messages notifications payouts ' +
    'platform presence public referral themes tickets translations upload uploads users wallet webhook webhooks',
  'path of the server':
    '.well-known dev docs embed files health healthz live livez metrics openapi outbox portal ready readyz realtime ' +
    'status stripe subscriptions swagger templates ws',
  'path of the web app':
    'about account app apps assets billing blog careers cdn chat checkout contact cookies copyright create dashboard ' +
    'delete deactivate dm dmca download edit explore faq favicon features feed feedback follow followers following ' +
    'forgot-password guidelines help home imprint inbox index invite jobs landing language login logout me media new newsletter oauth ' +
    'onboarding pages password payment payments pricing privacy profile reactivate ref register report reset ' +
    'reset-password rss safety search security session sessions settings share shop sign-in sign-out sign-up signin ' +
    'signout signup sitemap static store subscribe support terms tos trust unsubscribe upgrade user verify verify-email ' +
    'welcome',
  'the brand': 'bio.re bio-re bio_re biore biore.official official team',
  'name of a role':
    'administrator content_editor content-editor creator editor finance mod moderation moderator moderators owner root ' +
    'staff super_admin super-admin superadmin superuser support_agent support-agent sysadmin system',
  'mail address of the operator':
    'abuse compliance help-desk helpdesk hostmaster info mail mailer-daemon no-reply noreply postmaster press sales webmaster',
  'host name': 'dns email ftp imap localhost ns1 ns2 pop pop3 smtp ssl webmail www',
  'easily taken for a value':
    'all anonymous anybody deleted everyone false guest here nan nil nobody none null true undefined unknown you',
};
