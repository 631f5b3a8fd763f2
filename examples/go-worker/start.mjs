// Starts the Go worker and the Nest application on one Redis.
import { spawn } from 'node:child_process';
import { LocalRedis } from '@nestcraft/local-redis';

const REDIS_URL = process.env.REDIS_URL ?? (await LocalRedis.start()).url;

const processes = [['dist/worker'], [process.execPath, 'dist/main.js']].map(
  ([program = '', ...args]) =>
    spawn(program, args, { env: { ...process.env, REDIS_URL }, stdio: 'inherit' }),
);

const stop = () => processes.forEach((one) => one.kill('SIGTERM'));
process.on('SIGINT', () => undefined); // Ctrl-C reaches the processes themselves.
process.on('SIGTERM', stop);
for (const one of processes) {
  one.on('exit', (code) => code && stop()); // If one cannot start, the other need not run.
}
