import type { Given } from '../session/given.js';
import type { Session } from '../session/session.js';

/** An option of a command: its flags, its description, and whether it may be repeated. */
export interface CommandOption {
  readonly flags: string;
  readonly about: string;
  readonly isList?: boolean;
}

/** A command. */
export interface Command {
  /** Its name and arguments: `pause <name>`. */
  readonly usage: string;
  readonly about: string;
  readonly options?: readonly CommandOption[];
  /** Does it. Returns the exit code; nothing means 0. */
  readonly run: (session: Session, given: Given) => Promise<number | undefined>;
}
