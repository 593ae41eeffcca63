/** Imports point one way: resolvers → services → entities and infrastructure; services reach providers through their families. */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    {
      name: 'infrastructure-stands-alone',
      severity: 'error',
      comment: 'Everything stands on the infrastructure, so it knows nobody but the entities and migrations that it opens.',
      from: { path: '^src/infrastructure/' },
      to: { path: '^src/(app|operations|resolvers|services|rest|realtime|jobs|providers|demo)/' },
    },
    {
      name: 'entities-know-nobody',
      severity: 'error',
      from: { path: '^src/entities/' },
      to: { path: '^src/(?!entities/)' },
    },
    {
      name: 'services-know-no-surface',
      severity: 'error',
      comment: 'The domain knows nothing of GraphQL, HTTP or sockets.',
      from: { path: '^src/services/' },
      to: { path: ['^src/(app|operations|resolvers|rest|realtime|demo)/', '^node_modules/(graphql|type-graphql|fastify|@apollo|sofa-api|ws|graphql-ws)/'] },
    },
    {
      name: 'providers-know-no-domain',
      severity: 'error',
      from: { path: '^src/providers/' },
      to: { path: '^src/(app|operations|resolvers|rest|realtime|services|demo)/' },
    },
    {
      name: 'jobs-know-no-domain',
      severity: 'error',
      from: { path: '^src/jobs/' },
      to: { path: '^src/(app|operations|resolvers|rest|realtime|services|providers|demo)/' },
    },
    {
      name: 'resolvers-reach-no-transport',
      severity: 'error',
      from: { path: '^src/resolvers/' },
      to: { path: ['^src/(app|rest|demo)/', '^node_modules/(fastify|typeorm|pg|redis)/'] },
    },
    {
      name: 'only-the-composition-root-builds',
      severity: 'error',
      comment: 'src/app.ts and src/app/ put everything together; nobody imports them but the entry points.',
      from: { path: '^src/', pathNot: '^src/(app|main|worker)' },
      to: { path: '^src/app' },
    },
    { name: 'no-tests-in-production', severity: 'error', from: { path: '^(src|migrations)/' }, to: { path: '^(test|bench|scripts)/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
