import { z } from 'zod';
import { defineAdapter } from '../provider-adapter.js';
import type { ProviderTestReport } from '../provider.js';
import type { OutboundHttp } from '../outbound-http.js';
import { testSms } from './outbox-sms.js';
import type { SmsMessage, SmsProvider } from './sms-provider.js';

const SEND_TIMEOUT = 10_000;
const PROBE_TIMEOUT = 5_000;

const fieldName = (fallback: string) => z.string().min(1).max(60).default(fallback);

const gatewaySettings = z.strictObject({
  url: z.url(),
  toField: fieldName('to'),
  textField: fieldName('text'),
  /** The sender that recipients see, where the gateway wants one. */
  from: z.string().max(60).optional(),
  fromField: fieldName('from'),
  /** Body field for our message id. */
  referenceField: z.string().min(1).max(60).optional(),
  /** Field of the answer that holds the gateway's id; a dot goes one level down. */
  responseIdField: fieldName('id'),
  /** Fields that are sent with every message as they stand. */
  extraFields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

/** Any SMS gateway that takes one JSON POST a message, with a bearer token. */
export function httpGatewaySmsAdapter(http: OutboundHttp) {
  return defineAdapter({
    family: 'sms',
    id: 'http_gateway',
    settings: gatewaySettings,
    outboundSettings: ['url'],
    credentials: ['token'],
    create: (settings, { token }) => new HttpGatewaySms(settings, token, http),
  });
}

class HttpGatewaySms implements SmsProvider {
  constructor(
    private readonly settings: z.output<typeof gatewaySettings>,
    private readonly token: string,
    private readonly http: OutboundHttp,
  ) {}

  async send(message: SmsMessage): Promise<{ providerReference: string | null; status: number }> {
    const { url, toField, textField, from, fromField, referenceField, responseIdField, extraFields } = this.settings;
    const { status, body } = await this.http.send(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.token}`,
        'content-type': 'application/json',
        accept: 'application/json',
        'idempotency-key': message.messageId,
      },
      body: JSON.stringify({
        ...extraFields,
        ...(from === undefined ? {} : { [fromField]: from }),
        ...(referenceField === undefined ? {} : { [referenceField]: message.messageId }),
        [toField]: message.to,
        [textField]: message.text,
      }),
      timeout: SEND_TIMEOUT,
    });
    if (status < 200 || status > 299) throw new Error(`the gateway answered ${status}`);
    return { providerReference: referenceIn(body, responseIdField), status };
  }

  /** Any answer below 500 shows that the gateway is there; whether it takes the token only a message would tell. */
  async probe(): Promise<void> {
    const { status } = await this.http.send(this.settings.url, { method: 'HEAD', timeout: PROBE_TIMEOUT });
    if (status >= 500) throw new Error(`the gateway answered ${status}`);
  }

  async test(target: string | null, payload: Record<string, unknown>): Promise<ProviderTestReport> {
    const { providerReference, status } = await this.send(testSms(target, payload));
    return { providerReference, raw: { status } };
  }
}

/** The gateway's id for the message; null when the answer holds none, which does not make the message unsent. */
function referenceIn(body: string, path: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  for (const name of path.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
