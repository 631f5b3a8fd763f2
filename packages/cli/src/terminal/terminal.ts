/** A stream to which a command writes. */
export interface Output {
  readonly isTTY: boolean;
  /** The width of the terminal; `undefined` if it is not one. */
  readonly columns: number | undefined;
  write(text: string): void;
}

/** The surroundings of a command: its streams, its environment, and the person in front of it. Tests replace it. */
export interface Terminal {
  readonly out: Output;
  readonly err: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether somebody can answer questions. */
  readonly canAsk: boolean;
  /** Reads the first line of the standard input. */
  readLine(): string;
  /** Asks a question and resolves to the answer. */
  ask(question: string): Promise<string>;
  /** Calls `listener` at the next Ctrl-C, instead of ending the process. Returns a function that takes it back. */
  onInterrupt(listener: () => void): () => void;
}
