import { createTransport, type SMTPPoolOptions } from 'nodemailer';
import { z } from 'zod';
import { defineAdapter } from '../provider-adapter.js';
import { RecipientRejected } from '../provider-errors.js';
import type { ProviderTestReport } from '../provider.js';
import type { OutboundHosts } from '../outbound-hosts.js';
import type { EmailMessage, EmailProvider } from './email-provider.js';
import { testEmail } from './outbox-email.js';

const CONNECT_TIMEOUT = 5_000;
const SEND_TIMEOUT = 30_000;
/** Also how long a pool lives on after a change of settings has replaced it. */
const IDLE_TIMEOUT = 10_000;

const smtpSettings = (allowPlaintext: boolean) =>
  z.strictObject({
    host: z.string().regex(/^[\w.:-]{1,253}$/),
    port: z.int().min(1).max(65_535).default(587),
    /** `implicit`: TLS from the first byte (port 465). `starttls`: refuses to go on without the upgrade. */
    encryption: z
      .enum(['starttls', 'implicit', 'none'])
      .refine((value) => allowPlaintext || value !== 'none', 'mail and password would travel in the clear')
      .default('starttls'),
    fromAddress: z.email(),
    fromName: z.string().max(100).default(''),
  });

type SmtpSettings = z.output<ReturnType<typeof smtpSettings>>;

/** Any mail server that speaks SMTP with a login (RFC 5321, RFC 4954, RFC 3207). */
export function smtpEmailAdapter(hosts: OutboundHosts) {
  return defineAdapter({
    family: 'email',
    id: 'smtp',
    settings: smtpSettings(hosts.allowPrivateHosts),
    outboundSettings: ['host'],
    credentials: ['username', 'password'],
    create: (settings, credentials) => new SmtpEmail(settings, credentials, hosts),
  });
}

class SmtpEmail implements EmailProvider {
  private readonly transport;

  constructor(
    private readonly settings: SmtpSettings,
    { username, password }: { username: string; password: string },
    hosts: OutboundHosts,
  ) {
    const { host, port, encryption } = settings;
    this.transport = createTransport({
      pool: true,
      host,
      port,
      secure: encryption === 'implicit',
      requireTLS: encryption === 'starttls',
      ignoreTLS: encryption === 'none',
      auth: { user: username, pass: password },
      forceAuth: true,
      maxRequeues: 1,
      idleTimeout: IDLE_TIMEOUT,
      connectionTimeout: CONNECT_TIMEOUT,
      greetingTimeout: CONNECT_TIMEOUT,
      socketTimeout: SEND_TIMEOUT,
      disableFileAccess: true,
      disableUrlAccess: true,
      getSocket: guardedSocket(hosts),
    });
  }

  async send(message: EmailMessage): Promise<{ providerReference: string; response: string }> {
    const { fromAddress, fromName } = this.settings;
    try {
      const { messageId, response } = await this.transport.sendMail({
        messageId: `<${message.messageId}@${fromAddress.split('@')[1]}>`,
        from: { name: fromName, address: message.from ?? fromAddress },
        to: { name: '', address: message.to },
        subject: message.subject,
        text: message.text,
        html: message.html ?? undefined,
        headers: message.headers,
        signal: AbortSignal.timeout(SEND_TIMEOUT),
      });
      return { providerReference: messageId, response };
    } catch (error) {
      throw isUnknownRecipient(error) ? new RecipientRejected('the address does not exist', { cause: error }) : error;
    }
  }

  async probe(): Promise<void> {
    await this.transport.verify();
  }

  async test(target: string | null, payload: Record<string, unknown>): Promise<ProviderTestReport> {
    const { providerReference, response } = await this.send(testEmail(target, payload));
    return { providerReference, raw: { response } };
  }

  close(): void {
    this.transport.close();
  }
}

/** Opens the connections of the pool through the check of hosts, instead of through nodemailer's own name resolution. */
function guardedSocket(hosts: OutboundHosts): NonNullable<SMTPPoolOptions['getSocket']> {
  return ({ host = '', port }, callback) => {
    hosts.connect(host, Number(port), CONNECT_TIMEOUT).then(
      (connection) => callback(null, { connection }),
      (error: Error) => callback(error),
    );
  };
}

/** Enhanced status 5.1.x of RFC 3463: the address is wrong. A plain 550 may as well be a complaint about the sender. */
function isUnknownRecipient(error: unknown): boolean {
  return /^5\d\d[ -]5\.1\.\d+/.test((error as { response?: string }).response ?? '');
}
