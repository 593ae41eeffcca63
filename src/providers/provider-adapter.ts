import type { z } from 'zod';
import type { CaptchaProvider } from './captcha/captcha-provider.js';
import type { EmailProvider } from './email/email-provider.js';
import type { SmsProvider } from './sms/sms-provider.js';
import type { StorageProvider } from './storage/storage-provider.js';

/** What each family can do. A new family is added here. */
export interface ProviderFamilies {
  email: EmailProvider;
  sms: SmsProvider;
  captcha: CaptchaProvider;
  storage: StorageProvider;
}

/** A family whose providers are adapters of this code, chosen at run time. */
export type AdapterFamily = keyof ProviderFamilies;

/** Knows one vendor or protocol: what must be set up for it, and how to build the provider from that. */
export interface ProviderAdapter<Family extends AdapterFamily = AdapterFamily> {
  readonly family: Family;
  /** Stored and shown to staff, such as `smtp`. */
  readonly id: string;
  /** Needs no account: counts as configured whatever is stored. */
  readonly builtIn: boolean;
  /** Strict, so that a secret cannot be stored among the settings by mistake. */
  readonly settings: z.ZodObject;
  /** Names of settings that hold a URL or host name the server will connect to. */
  readonly outboundSettings: readonly string[];
  /** Names of the secrets; all are required. */
  readonly credentials: readonly string[];
  create(settings: Record<string, unknown>, credentials: Record<string, string>): ProviderFamilies[Family];
}

interface AdapterDefinition<Family extends AdapterFamily, Schema extends z.ZodObject, Credential extends string> {
  family: Family;
  id: string;
  settings: Schema;
  outboundSettings: ReadonlyArray<keyof z.output<Schema> & string>;
  credentials: readonly Credential[];
  create(settings: z.output<Schema>, credentials: Record<Credential, string>): ProviderFamilies[Family];
}

/** Declares an adapter; `create` gets its settings parsed, with their defaults. */
export function defineAdapter<
  Family extends AdapterFamily,
  Schema extends z.ZodObject,
  const Credential extends string,
>(definition: AdapterDefinition<Family, Schema, Credential>): ProviderAdapter<Family> {
  return {
    ...definition,
    builtIn: false,
    create: (settings, credentials) =>
      definition.create(definition.settings.parse(settings), credentials as Record<Credential, string>),
  };
}

/** True when nothing is missing for {@link ProviderAdapter.create}. */
export function isConfigured(
  adapter: ProviderAdapter,
  settings: Record<string, unknown>,
  credentials: Record<string, string>,
): boolean {
  return (
    adapter.builtIn ||
    (adapter.credentials.every((name) => credentials[name]) && adapter.settings.safeParse(settings).success)
  );
}
