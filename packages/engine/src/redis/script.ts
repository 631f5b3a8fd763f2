import { createHash } from 'node:crypto';

/** A Lua script of this engine: its text, and the digest by which Redis knows it. */
export class Script {
  readonly sha: string;

  constructor(
    readonly name: string,
    readonly lua: string,
  ) {
    this.sha = createHash('sha1').update(lua).digest('hex');
  }
}

/** A script with what it is to be run on, and how to read its reply. */
export interface ScriptCall<Result = unknown> {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly (string | number | Buffer)[];
  /** Let Redis watch every key that the script reads, and report its next change to the waker. */
  readonly watch?: boolean;
  /** Reads the reply, whose strings are bytes. */
  readonly decode: (reply: unknown) => Result;
}

/** A single command that takes its turn among scripts. */
export interface CommandCall<Result = unknown> {
  readonly command: string;
  readonly args: readonly (string | number | Buffer)[];
  /** Reads the reply, whose strings are bytes. */
  readonly decode: (reply: unknown) => Result;
}
