import { pino } from 'pino';
import { startEmbeddedPostgres } from '../../src/infrastructure/database/embedded-postgres.js';

/**
 * A process that owns an embedded server until it is killed. It tells its parent the URL, or why there is none, and
 * survives Ctrl-C as an application does that still has requests to answer.
 */
const [dataDir = ''] = process.argv.slice(2);
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
try {
  const server = await startEmbeddedPostgres({ dataDir, logger: pino({ level: 'silent' }), patience: 500 });
  process.send?.({ url: server.url('postgres') });
} catch (error) {
  process.send?.({ error: String(error) });
}
