import { GraphQLError } from 'graphql';
import { DomainError, GenericErrors, type ErrorDefinition, type ErrorDetails, type FieldViolation } from '../infrastructure/errors.js';
import type { Translations } from '../infrastructure/i18n/translations.js';
import type { MessageParams } from '../infrastructure/i18n/message-format.js';
import type { Logger } from '../infrastructure/logger.js';

/** The `error` of the envelope; GraphQL carries the same under `extensions`. */
export interface PresentedError {
  status: number;
  headers: Record<string, string>;
  body: { code: string; message: string; i18nKey: string; details?: ErrorDetails; correlationId: string };
}

/** Who reads the error. */
export interface ErrorAudience {
  locale: string;
  correlationId: string;
}

/**
 * Turns whatever was thrown into what a client may see. Documented failures keep their key; a database that is down is
 * 503; all else is logged and answers `error.internal` with nothing but the correlation id.
 */
export class ErrorPresenter {
  constructor(
    private readonly translations: Translations,
    private readonly logger: Logger,
  ) {}

  present(error: unknown, { locale, correlationId }: ErrorAudience): PresentedError {
    const known = this.recognise(error, correlationId);
    const { definition } = known;
    const details = Array.isArray(known.details) ? this.localized(known.details, locale) : known.details;
    const params = Array.isArray(details) || !details ? {} : (details as MessageParams);
    const message = this.translations.text(locale, 'errors', definition.key, params);
    return {
      status: definition.status,
      headers: known.headers ?? {},
      body: { code: definition.code, message, i18nKey: definition.key, ...(details && { details }), correlationId },
    };
  }

  private recognise(error: unknown, correlationId: string): DomainError {
    const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
    if (cause instanceof DomainError) return cause;
    const definition = inputError(cause) ?? (isUnavailable(cause) ? GenericErrors.unavailable : undefined);
    if (definition === undefined || definition === GenericErrors.unavailable) {
      this.logger.error({ err: cause, correlationId }, 'an operation failed unexpectedly');
    }
    return new DomainError(definition ?? GenericErrors.internal, inputViolations(cause));
  }

  private localized(violations: FieldViolation[], locale: string): FieldViolation[] {
    return violations.map(({ field, rule, message, params }) => ({
      field,
      rule,
      message: this.translations.find(locale, 'validation', rule, params) ?? message,
    }));
  }
}

const FASTIFY_ERRORS: Record<string, ErrorDefinition> = {
  FST_ERR_CTP_BODY_TOO_LARGE: GenericErrors.payloadTooLarge,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: GenericErrors.unsupportedMediaType,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: GenericErrors.validation,
  FST_ERR_CTP_INVALID_JSON_BODY: GenericErrors.validation,
  FST_ERR_BAD_URL: GenericErrors.notFound,
};

/** Malformed input that the HTTP server or GraphQL itself refused. */
function inputError(error: unknown): ErrorDefinition | undefined {
  const code = (error as { code?: string }).code;
  if (code && FASTIFY_ERRORS[code]) return FASTIFY_ERRORS[code];
  // A GraphQLError without an original error is graphql-js refusing a document or its variables.
  if (error instanceof GraphQLError) return GenericErrors.validation;
  const status = (error as { statusCode?: number }).statusCode;
  return status !== undefined && status >= 400 && status < 500 ? GenericErrors.validation : undefined;
}

/** GraphQL's own messages help a developer, unless they quote a value, which may be a secret. */
function inputViolations(error: unknown): FieldViolation[] | undefined {
  if (!(error instanceof GraphQLError)) return undefined;
  const variable = /^Variable "\$(\w+)"/.exec(error.message)?.[1];
  if (variable) return [{ field: variable, rule: 'type', message: '' }];
  const quotesValue = /represent|invalid value|Expected value/.test(error.message);
  return [{ field: 'query', rule: quotesValue ? 'type' : 'document', message: quotesValue ? '' : error.message }];
}

const UNAVAILABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE', '57P01', '57P02', '57P03', '53300', '08006', '08001', '08003']);

function isUnavailable(error: unknown): boolean {
  const { code, message, driverError } = (error ?? {}) as { code?: string; message?: string; driverError?: { code?: string; message?: string } };
  return (
    UNAVAILABLE.has(code ?? driverError?.code ?? '') ||
    /Connection terminated|timeout exceeded when trying to connect/.test(message ?? driverError?.message ?? '')
  );
}
