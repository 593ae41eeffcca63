import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import Fastify, { type FastifyPluginAsync } from 'fastify';
import { DomainError } from '../../src/infrastructure/errors.js';

/** A server with the given routes that answers documented errors as the real one does. */
export async function serve(...plugins: FastifyPluginAsync[]) {
  const fastify = Fastify({ bodyLimit: 256 * 1024, forceCloseConnections: true });
  fastify.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  fastify.setErrorHandler((error, _request, reply) => {
    const { status, key } = error instanceof DomainError ? error.definition : { status: 500, key: String(error) };
    return reply.code(status).send({ success: false, error: { i18nKey: key } });
  });
  for (const plugin of plugins) await fastify.register(plugin);
  const address = await fastify.listen({ host: '127.0.0.1', port: 0 });
  return { address, close: () => fastify.close() };
}

/** A request whose path is sent as it stands; fetch would tidy up `..`. */
export function rawRequest(address: string, method: string, path: string): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    request({ hostname, port, method, path }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode!, body }), reject);
    })
      .on('error', reject)
      .end();
  });
}
