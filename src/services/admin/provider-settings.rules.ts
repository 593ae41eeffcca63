import { DomainError, GenericErrors, type FieldViolation, invalidField } from '../../infrastructure/errors.js';
import { ForbiddenHost, type OutboundHosts } from '../../providers/outbound-hosts.js';
import type { ProviderAdapter } from '../../providers/provider-adapter.js';

const MAX_SETTINGS_BYTES = 8_192;
const MAX_CREDENTIALS_BYTES = 16_384;

/**
 * Checks settings that are to be stored against the schema of the adapter, and that hosts among them may be reached.
 * Missing ones are no violation: a provider can be set up step by step.
 *
 * @throws DomainError validation
 */
export async function checkSettings(
  adapter: ProviderAdapter,
  settings: Record<string, unknown> | undefined,
  hosts: OutboundHosts,
): Promise<void> {
  if (!settings) return;
  requireSize('settings', settings, MAX_SETTINGS_BYTES);
  const given = withoutNulls(settings);
  const violations = [
    ...unknownNames('settings', settings, Object.keys(adapter.settings.shape)),
    ...schemaViolations(adapter, given),
  ];
  if (violations.length > 0) throw new DomainError(GenericErrors.validation, violations);
  for (const name of adapter.outboundSettings) {
    if (typeof given[name] === 'string') await requireAllowedHost(`settings.${name}`, given[name], hosts);
  }
}

/** @throws DomainError validation when a name is unknown or a value is neither a text nor null. */
export function checkCredentials(adapter: ProviderAdapter, credentials: Record<string, unknown> | undefined): void {
  if (!credentials) return;
  requireSize('credentials', credentials, MAX_CREDENTIALS_BYTES);
  const violations = unknownNames('credentials', credentials, adapter.credentials);
  for (const [name, value] of Object.entries(credentials)) {
    if (value !== null && (typeof value !== 'string' || value === '')) {
      violations.push({ field: `credentials.${name}`, rule: 'type', message: 'must be a text, or null to remove it' });
    }
  }
  if (violations.length > 0) throw new DomainError(GenericErrors.validation, violations);
}

export function withoutNulls(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

function unknownNames(field: string, values: Record<string, unknown>, known: readonly string[]): FieldViolation[] {
  return Object.keys(values)
    .filter((name) => !known.includes(name))
    .map((name) => ({ field: `${field}.${name}`, rule: 'unknown', message: `known: ${known.join(', ') || 'none'}` }));
}

/** Issues with the values that were given; unknown names are reported apart, missing ones not at all. */
function schemaViolations(adapter: ProviderAdapter, given: Record<string, unknown>): FieldViolation[] {
  const issues = adapter.settings.safeParse(given).error?.issues ?? [];
  return issues
    .filter(({ path }) => path.length > 0 && Object.hasOwn(given, path[0]!))
    .map(({ path, code, message }) => ({ field: `settings.${path.join('.')}`, rule: code, message }));
}

function requireSize(field: string, values: Record<string, unknown>, maxBytes: number): void {
  if (typeof values !== 'object' || Array.isArray(values)) throw invalidField(field, 'type', 'must be an object');
  if (Buffer.byteLength(JSON.stringify(values)) > maxBytes)
    throw invalidField(field, 'maxLength', `at most ${maxBytes} bytes`, { max: maxBytes });
}

async function requireAllowedHost(field: string, value: string, hosts: OutboundHosts): Promise<void> {
  try {
    await hosts.check(value);
  } catch (error) {
    if (error instanceof ForbiddenHost) throw invalidField(field, 'publicHost', error.message);
    throw error;
  }
}
