import 'reflect-metadata';
import { once } from 'node:events';
import { banner } from './banner.js';
import { parseCli, portFrom, USAGE, UsageError } from './cli-options.js';
import { startApp } from './http-app.js';
import { Services } from './services.js';
import { tour } from './tour.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Returns the exit code. */
async function main(): Promise<number> {
  const options = parseCli(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const port = options.once ? { port: 0, isFixed: true } : portFrom(process.env.PORT);
  const signal = Promise.race(SIGNALS.map((name) => once(process, name)));
  const services = await Services.start(process.env, options);
  try {
    const { app, url } = await startApp(services.options, port);
    try {
      if (options.once) return (await tour(url)) ? 0 : 1;
      console.log(banner(url));
      await signal;
      console.log('Stopping: running jobs finish first. Press Ctrl-C again to exit immediately.');
      for (const name of SIGNALS) process.once(name, () => process.exit(130));
      return 0;
    } finally {
      await app.close();
    }
  } finally {
    await services.stop();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isUsage = error instanceof UsageError;
    console.error(isUsage ? `${error.message}\n\n${USAGE}` : error);
    process.exitCode = isUsage ? 2 : 1;
  },
);
