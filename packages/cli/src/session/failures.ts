/** The exit codes of the command. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** A command did not do what it was asked. The message says why in one sentence. */
export class CommandFailure extends Error {
  constructor(
    message: string,
    readonly exitCode: number = EXIT.failed,
  ) {
    super(message);
  }
}

/** The command line is invalid. */
export class UsageFailure extends CommandFailure {
  constructor(message: string) {
    super(message, EXIT.usage);
  }
}
