import { hash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { DocumentName, OpenApiDocument } from './openapi/document.js';

/** Mounts `GET /openapi/{full,public,user,admin}.json`. The documents never change while the process runs. */
export function mountOpenApi(fastify: FastifyInstance, documents: Record<DocumentName, OpenApiDocument>): void {
  for (const [name, document] of Object.entries(documents)) {
    const body = JSON.stringify(document);
    const etag = `"${hash('sha256', body, 'base64url')}"`;
    fastify.get(`/openapi/${name}.json`, (request, reply) => {
      reply.headers({ etag, 'cache-control': 'no-cache' });
      if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send();
      return reply.type('application/json; charset=utf-8').send(body);
    });
  }
}
