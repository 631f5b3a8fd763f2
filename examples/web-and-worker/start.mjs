// Development: starts one process of each role on one Redis. In production, compose.yaml or an orchestrator does this.
import { spawn } from 'node:child_process';
import { LocalRedis } from '@nestcraft/local-redis';

const REDIS_URL = process.env.REDIS_URL ?? (await LocalRedis.start()).url;

const processes = [
  { ROLE: 'enqueuer', PORT: '3000' },
  { ROLE: 'worker', PORT: '3001' },
].map((role) =>
  spawn(process.execPath, ['dist/main.js'], {
    env: { ...process.env, REDIS_URL, ...role },
    stdio: 'inherit',
  }),
);

const stop = () => processes.forEach((one) => one.kill('SIGTERM'));
process.on('SIGINT', () => undefined); // Ctrl-C reaches the processes themselves.
process.on('SIGTERM', stop);
for (const one of processes) {
  one.on('exit', (code) => code && stop()); // If one cannot start, the other need not run.
}
