#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { readOptions, USAGE, UsageError, type CliOptions } from './cli-options.js';
import { fail } from './fail.js';

function options(): CliOptions {
  try {
    const readLine = () => readFileSync(0, 'utf8').split(/\r?\n/)[0] ?? '';
    const readFile = (path: string): Buffer => readFileSync(path);
    return readOptions(process.argv.slice(2), { env: process.env, readLine, readFile });
  } catch (error) {
    if (error instanceof UsageError) fail(`${error.message}\n\n${USAGE}`, 2);
    throw error;
  }
}

const chosen = options();
if (chosen.help) {
  process.stdout.write(USAGE);
} else {
  // Loaded on demand: Nest takes most of the time to start, and usage and its errors do without.
  const { serve } = await import('./serve.js');
  // Fatal errors, such as a port in use or an invalid Redis address, are printed as one line.
  await serve(chosen).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    const isInUse = code === 'EADDRINUSE';
    const place = `port ${chosen.port} of ${chosen.host}`;
    fail(isInUse ? `${place} is in use: give another --port.` : message, 1);
  });
}
