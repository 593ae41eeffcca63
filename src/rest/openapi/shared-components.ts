import { GenericErrors, type ErrorDefinition } from '../../infrastructure/errors.js';

/** Headers of every answer, by their names in the documents. */
export const SUCCESS_HEADERS = ['X-Correlation-Id', 'RateLimit', 'RateLimit-Policy'] as const;

export const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The access token of a sign-in or refresh. It lasts 15 minutes; the refresh cookie gets the next one.',
  },
};

export const PARAMETERS = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Makes the call safe to repeat: for 24 hours the first success is answered again to the same user, operation and arguments.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: String.raw`^[\x20-\x7e]+$` },
    example: '6f1c2d3e-send-1',
  },
  ReactivateToken: {
    name: 'X-Reactivate-Token',
    in: 'header',
    required: false,
    description: 'The token that a sign-in to a deactivated account answers, in place of a bearer.',
    schema: { type: 'string' },
    example: 'c2FtcGxlLXRva2Vu',
  },
  AcceptLanguage: {
    name: 'Accept-Language',
    in: 'header',
    required: false,
    description:
      'Languages of the texts in the answer, such as error messages; the language of the account comes first.',
    schema: { type: 'string' },
    example: 'de-AT, de;q=0.9, en;q=0.5',
  },
  CorrelationId: {
    name: 'X-Correlation-Id',
    in: 'header',
    required: false,
    description: 'A UUID under which the call is found in logs and errors; anything else is replaced by a new one.',
    schema: { type: 'string', format: 'uuid' },
    example: '01932b6e-7c1a-7d4e-9f3b-2a5c8e6d1f04',
  },
};

export const HEADERS = {
  'X-Correlation-Id': {
    description: 'The id of the call, as sent or new.',
    schema: { type: 'string', format: 'uuid' },
  },
  RateLimit: { description: 'Calls left and seconds to the reset: `"login";r=19;t=3600`.', schema: { type: 'string' } },
  'RateLimit-Policy': { description: 'The tightest limit: `"login";q=20;w=3600`.', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } },
};

export const SCHEMAS = {
  ErrorEnvelope: {
    type: 'object',
    description: 'The answer of every failure.',
    properties: { success: { type: 'boolean', const: false }, error: { $ref: '#/components/schemas/ApiError' } },
    required: ['success', 'error'],
  },
  ApiError: {
    type: 'object',
    properties: {
      code: { type: 'string', description: 'The kind of failure, one for each status but for business rules.' },
      message: { type: 'string', description: 'A text for people, in the language of the caller.' },
      i18nKey: { type: 'string', description: 'The name of the failure; the one to compare with.' },
      details: {
        description: 'What the failure is about: the broken rules for `error.validation`, else parameters.',
        anyOf: [
          { type: 'array', items: { $ref: '#/components/schemas/FieldViolation' } },
          { type: 'object', additionalProperties: true },
        ],
      },
      correlationId: { type: 'string', format: 'uuid', description: 'The id under which support finds the call.' },
    },
    required: ['code', 'message', 'i18nKey', 'correlationId'],
  },
  FieldViolation: {
    type: 'object',
    description: 'A field that broke a rule; its value is never repeated.',
    properties: {
      field: { type: 'string' },
      rule: { type: 'string' },
      message: { type: 'string', description: 'A text for people, in the language of the caller.' },
    },
    required: ['field', 'rule', 'message'],
  },
};

export const RESPONSES = {
  UnexpectedError: {
    description:
      'Any other failure: `error.internal` (500), `error.unavailable` (503), `error.not_found` (404), `error.payload_too_large` (413) or `error.unsupported_media_type` (415).',
    headers: headerReferences(['X-Correlation-Id']),
    content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorEnvelope' } } },
  },
};

export function headerReferences(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

const DETAILS: Record<string, unknown> = {
  [GenericErrors.validation.key]: [{ field: 'email', rule: 'isEmail', message: 'Please enter a valid email address.' }],
  [GenericErrors.tooManyRequests.key]: { retryAfterSeconds: 30 },
};

/** What a client gets for an error. */
export function errorExample({ code, key }: ErrorDefinition, message: string): object {
  const details = DETAILS[key];
  const error = {
    code,
    message,
    i18nKey: key,
    ...(details !== undefined && { details }),
    correlationId: PARAMETERS.CorrelationId.example,
  };
  return { value: { success: false, error } };
}
