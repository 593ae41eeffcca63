import { pino, type Logger, type LoggerOptions } from 'pino';
import { currentRequestScope } from './request-scope.js';

export type { Logger };

/** Names under which secrets travel; their values never reach a log line, however deep they sit. */
const SECRET_FIELDS = [
  'password', 'currentPassword', 'newPassword', 'token', 'accessToken', 'refreshToken', 'tempToken', 'idToken',
  'code', 'codeVerifier', 'captchaToken', 'turnstileToken', 'secret', 'credentials', 'authorization', 'cookie',
];

/** JSON logs with the correlation id of the request at hand and with secrets blanked. */
export function createLogger(options: { level: string; pretty?: boolean }): Logger {
  const paths = SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `req.headers.${name}`]);
  const config: LoggerOptions = {
    level: options.level,
    redact: { paths, censor: '[redacted]' },
    formatters: { level: (label) => ({ level: label }) },
    base: undefined,
    serializers: { err: describeError },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    mixin: () => {
      const scope = currentRequestScope();
      return scope ? { correlationId: scope.correlationId } : {};
    },
  };
  return options.pretty
    ? pino({ ...config, transport: { target: 'pino-pretty', options: { colorize: true, singleLine: true } } })
    : pino(config);
}

/**
 * What a log may hold of an error: its class, text, stack and the code of its origin. Parameters and details of a failed
 * statement stay out, since they hold what somebody sent.
 */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, cause } = error as Error & { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(typeof code === 'string' && { errorCode: code }),
    ...(cause !== undefined && { cause: describeError(cause) }),
  };
}
