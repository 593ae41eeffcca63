import 'reflect-metadata';
import { runUntilStopped, startProcess } from './app/process.js';
import { welcome } from './demo/welcome.js';

await runUntilStopped(async () => {
  const running = await startProcess();
  const { env, app } = running;
  const address = await app.http.listen({ host: env.HOST, port: env.PORT });
  process.stdout.write(welcome(address, env));
  return running;
});
