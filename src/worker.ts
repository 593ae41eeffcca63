import 'reflect-metadata';
import { runUntilStopped, startProcess } from './app/process.js';

await runUntilStopped(async () => {
  const running = await startProcess({ WORKER: 'on' });
  process.stdout.write('ready: working off jobs\n');
  return running;
});
