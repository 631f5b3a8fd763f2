import { parseArgs } from 'node:util';

export interface CliOptions {
  /** Exercise the demo over HTTP, report, and exit. */
  readonly once: boolean;
  /** Disable the sample traffic. */
  readonly quiet: boolean;
  readonly help: boolean;
}

export const USAGE = `npm run demo            start, print what to try, and run until Ctrl-C
npm run demo -- --once  try everything once, print a report, and exit
npm run demo -- --quiet without sample traffic on the dashboard

Environment
  PORT       where to listen; default 3000, or a free port if that is taken; 0 is any free port
  REDIS_URL  a Redis to use; default: a private one, which ends with the demo
  SMTP_URL   a mail server to use; default: a private one, which keeps the mails as files`;

/** @throws UsageError */
export function parseCli(args: readonly string[]): CliOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        once: { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Thrown for an invalid command line. */
export class UsageError extends Error {}

/**
 * Returns the port to listen on, and whether it is fixed rather than replaceable by any free port.
 *
 * @throws UsageError
 */
export function portFrom(value: string | undefined): { port: number; isFixed: boolean } {
  if (value === undefined || value === '') return { port: 3000, isFixed: false };
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`PORT is "${value}"; it must be a whole number from 0 to 65535.`);
  }
  return { port, isFixed: true };
}
