import type { FastifyPluginAsync } from 'fastify';

/** The editor runs inline scripts and workers of its own page and talks to this server alone. */
const CSP =
  "default-src 'none'; script-src 'unsafe-inline' blob:; worker-src blob:; style-src 'unsafe-inline'; font-src data:; img-src data:; connect-src 'self' ws: wss:";

/** `GET /graphiql`: an explorer of the schema, without any file from elsewhere. A development dependency, so never mounted in production. */
export const graphiqlRoutes: FastifyPluginAsync = async (fastify) => {
  fastify.get('/graphiql', async (_request, reply) => {
    // Nine megabytes, read when somebody looks.
    const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
    return reply.header('content-security-policy', CSP).type('text/html; charset=utf-8').send(renderGraphiQL(PAGE));
  });
};

const PAGE = {
  title: 'BIO.RE GraphiQL',
  endpoint: '/graphql',
  subscriptionsProtocol: 'WS',
  defaultQuery: '# The token of a login goes into the headers: { "authorization": "Bearer …" }\n{\n  me {\n    id\n    email\n  }\n}\n',
} as const;
