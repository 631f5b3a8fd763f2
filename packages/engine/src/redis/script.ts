import { createHash } from 'node:crypto';

/** A Lua script of this engine: its source, and the digest that identifies it in Redis. */
export class Script {
  readonly sha: string;

  constructor(
    readonly name: string,
    readonly lua: string,
  ) {
    this.sha = createHash('sha1').update(lua).digest('hex');
  }
}

/** A script with its keys and arguments, and the decoder of its reply. */
export interface ScriptCall<Result = unknown> {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly (string | number | Buffer)[];
  /** Makes Redis track every key that the script reads, and report its next change to the waker. */
  readonly watch?: boolean;
  /** Decodes the reply, whose strings are bytes. */
  readonly decode: (reply: unknown) => Result;
}

/** A single command that runs in order among scripts. */
export interface CommandCall<Result = unknown> {
  readonly command: string;
  readonly args: readonly (string | number | Buffer)[];
  /** Decodes the reply, whose strings are bytes. */
  readonly decode: (reply: unknown) => Result;
}
