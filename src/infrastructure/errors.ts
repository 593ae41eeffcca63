/** What an error means to a client: its HTTP status and code. The codes are those of the envelope. */
const CODES = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
} as const;

export type ErrorStatus = keyof typeof CODES;
export type ErrorCode = (typeof CODES)[ErrorStatus] | 'VALIDATION_FAILED' | 'INSUFFICIENT_FUNDS' | 'FEATURE_DISABLED';

/** One documented way an operation can fail. */
export interface ErrorDefinition {
  readonly status: ErrorStatus;
  readonly code: ErrorCode;
  /** Translation key of the message, and the name of the error for clients. */
  readonly key: string;
  /** When it happens, in words; shown in the OpenAPI documents and the portal. */
  readonly when: string;
}

type ErrorSpec = readonly [status: ErrorStatus, key: string, when: string, code?: ErrorCode];

/**
 * Declares the errors of one area as typed constants.
 *
 * @example
 * export const LoginErrors = defineErrors({
 *   invalidCredentials: [401, 'auth.login.invalid_credentials', 'unknown address or wrong password'],
 * });
 */
export function defineErrors<const T extends Record<string, ErrorSpec>>(
  specs: T,
): { readonly [K in keyof T]: ErrorDefinition } {
  const entries = Object.entries(specs).map(([name, [status, key, when, code]]) => {
    const definition: ErrorDefinition = { status, code: code ?? CODES[status], key, when };
    knownErrors.set(key, definition);
    return [name, definition] as const;
  });
  return Object.fromEntries(entries) as { [K in keyof T]: ErrorDefinition };
}

/** Every declared error by its key; the start-up check compares it with the locale files. */
export const knownErrors = new Map<string, ErrorDefinition>();

/** A field that broke a rule. Never holds the value: it may be a password. */
export interface FieldViolation {
  field: string;
  rule: string;
  message: string;
  /** Bounds that the text of the rule names; they are filled in and do not leave by themselves. */
  params?: Record<string, number>;
}

export type ErrorDetails = FieldViolation[] | Record<string, unknown>;

/**
 * A failure that the client may know about. Everything else that is thrown answers `error.internal`.
 *
 * @example throw new DomainError(LoginErrors.accountSuspended, { appealToken, expiresIn: 1800 });
 */
export class DomainError extends Error {
  constructor(
    readonly definition: ErrorDefinition,
    readonly details?: ErrorDetails,
    options?: { cause?: unknown; headers?: Record<string, string>; commits?: boolean },
  ) {
    super(definition.key, { cause: options?.cause });
    this.name = 'DomainError';
    this.headers = options?.headers;
    this.commits = options?.commits ?? false;
  }

  /** Extra answer headers, such as `Retry-After` or `Allow`. */
  readonly headers?: Record<string, string>;

  /** What was done before the failure stays: the transaction at hand commits although the call fails. */
  readonly commits: boolean;
}

/** True when `error` is the given documented failure. */
export function isError(error: unknown, definition: ErrorDefinition): boolean {
  return error instanceof DomainError && error.definition.key === definition.key;
}

/** Errors any operation may answer. */
export const GenericErrors = defineErrors({
  validation: [400, 'error.validation', 'an input field breaks its rule', 'VALIDATION_FAILED'],
  unauthorized: [
    401,
    'error.unauthorized',
    'access token missing or invalid, account not ACTIVE, or its session has ended',
  ],
  forbidden: [403, 'error.forbidden', 'the caller may not do this'],
  notFound: [404, 'error.not_found', 'nothing is there'],
  methodNotAllowed: [405, 'error.method_not_allowed', 'the path knows no such method'],
  conflict: [409, 'error.conflict', 'the row changed since the caller read it'],
  payloadTooLarge: [413, 'error.payload_too_large', 'the body is larger than allowed'],
  unsupportedMediaType: [415, 'error.unsupported_media_type', 'the body is not application/json'],
  tooManyRequests: [429, 'error.too_many_requests', 'the rate limit is used up'],
  internal: [500, 'error.internal', 'an unexpected failure, reported with its correlation id'],
  unavailable: [503, 'error.unavailable', 'a part that the answer needs is down for the moment'],
  idempotencyMismatch: [409, 'error.idempotency_mismatch', 'the key was used with other arguments'],
  idempotencyInProgress: [409, 'error.idempotency_in_progress', 'the first call with the key is still running'],
});

/** Shorthand for a refused field. */
export function invalidField(field: string, rule: string, message: string, params?: FieldViolation['params']): DomainError {
  return new DomainError(GenericErrors.validation, [{ field, rule, message, params }]);
}
