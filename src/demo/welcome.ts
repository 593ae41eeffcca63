import type { Env } from '../infrastructure/env.js';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from './demo-accounts.js';

/** What the terminal says once the server answers. */
export function welcome(address: string, env: Env): string {
  const lines = [`ready ${address}`];
  if (!env.production) {
    lines.push(
      '',
      `  REST      ${address}/api/v1`,
      `  GraphQL   ${address}/graphql        (explorer: ${address}/graphiql)`,
      `  OpenAPI   ${address}/openapi/full.json`,
      `  Outbox    ${address}/dev/outbox     mails and text messages that nobody really gets`,
    );
    if (env.DEMO) {
      const names = DEMO_ACCOUNTS.map(({ email }) => email).join(', ');
      lines.push('', `  Accounts  ${names}`, `  Password  ${DEMO_PASSWORD}`);
    }
    lines.push('');
  }
  return `${lines.join('\n')}\n`;
}
