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
