import { Client, Enqueuer, type BulkResult, type ConnectedOptions } from '@nestcraft/engine';
import { table, type Column } from '../output/table.js';
import { clean, escaped, number } from '../output/text.js';
import { styleFor, type Style } from '../terminal/style.js';
import type { Terminal } from '../terminal/terminal.js';
import { CommandFailure, EXIT } from './failures.js';
import { redisUrl, type GivenOptions } from './global-options.js';

/** Part of bulk work: see `BulkOptions` of the engine. */
export interface BulkControl {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BulkResult) => void;
}

const WIDEST = 100;
const NARROW = 80;
// In milliseconds.
const PROGRESS_INTERVAL = 100;

/** One run of a command: its connection, and what it says. */
export class Session implements AsyncDisposable {
  readonly terminal: Terminal;
  readonly style: Style;
  readonly isJson: boolean;
  readonly #options: GivenOptions;
  #source: ConnectedOptions | undefined;
  #client: Client | undefined;
  #enqueuer: Enqueuer | undefined;

  constructor(terminal: Terminal, options: GivenOptions) {
    this.terminal = terminal;
    this.#options = options;
    this.isJson = options.json ?? false;
    this.style = styleFor(terminal.out, terminal.env);
  }

  /** Connected at first use. @throws UsageFailure, InvalidOptionError */
  get client(): Client {
    return (this.#client ??= new Client(this.#connected()));
  }

  /** Connected at first use. @throws UsageFailure, InvalidOptionError */
  get enqueuer(): Enqueuer {
    return (this.#enqueuer ??= new Enqueuer(this.#connected()));
  }

  /** The width for running text. */
  get width(): number {
    return Math.min(this.terminal.out.columns ?? NARROW, WIDEST);
  }

  /** Prints a result: as JSON if that was asked for, else as text. Members without a value are `null` in JSON. */
  print(json: unknown, text: () => string): void {
    this.terminal.out.write(this.isJson ? `${jsonText(json, 2)}\n` : text());
  }

  /** Prints one line of a stream of results. */
  printLine(json: unknown, text: () => string): void {
    this.terminal.out.write(this.isJson ? `${jsonText(json)}\n` : `${text()}\n`);
  }

  /** Returns a table that fits the terminal, or `empty` if there are no rows. */
  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], empty: string): string {
    const place = { columns: this.terminal.out.columns, style: this.style };
    return rows.length === 0 ? `${empty}\n` : table(rows, columns, place);
  }

  /** Says something beside the result. */
  note(text: string): void {
    this.terminal.err.write(`${clean(text)}\n`);
  }

  /** Asks before something is destroyed. @throws CommandFailure if the answer is no, or if nobody can answer */
  async confirm(asked: string): Promise<void> {
    if (this.#options.yes) return;
    const question = clean(asked);
    if (!this.terminal.canAsk) {
      throw new CommandFailure(`${question} Nobody can answer here: give --yes to do it.`);
    }
    const answer = await this.terminal.ask(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailure('Nothing was done.');
  }

  /** Does work that Ctrl-C ends early. */
  async interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const interruption = new AbortController();
    const takeBack = this.terminal.onInterrupt(() => interruption.abort());
    try {
      return await work(interruption.signal);
    } finally {
      takeBack();
    }
  }

  /**
   * Does bulk work, with its progress on a terminal, and prints its result. Ctrl-C ends it after the current batch.
   *
   * @param done the participle of what is done: `deleted`
   * @returns the exit code
   */
  async bulk(done: string, work: (control: BulkControl) => Promise<BulkResult>): Promise<number> {
    const result = await this.interruptible((signal) =>
      work({ signal, onProgress: this.#progress(done) }),
    );
    this.#clearProgress();
    const { total, seen, aborted } = result;
    this.print({ ...result }, () => `${bulkText(done, result)}\n`);
    if (!aborted) return EXIT.ok;
    this.note(`Stopped after ${number(seen)} of ${number(total)} jobs. The rest is unchanged.`);
    return EXIT.interrupted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client?.close();
    await this.#enqueuer?.close();
  }

  #connected(): ConnectedOptions {
    return (this.#source ??= {
      redis: redisUrl(this.#options, this.terminal),
      namespace: this.#options.namespace,
      commandTimeout: this.#options.timeout,
    });
  }

  #progress(done: string): (progress: BulkResult) => void {
    const { err } = this.terminal;
    let last = 0;
    return (progress) => {
      const now = performance.now();
      if (!err.isTTY || now - last < PROGRESS_INTERVAL) return;
      last = now;
      err.write(
        `\r\u001b[K${number(progress.seen)} of ${number(progress.total)}, ${number(progress.done)} ${done}`,
      );
    };
  }

  #clearProgress(): void {
    if (this.terminal.err.isTTY) this.terminal.err.write('\r\u001b[K');
  }
}

function bulkText(done: string, result: BulkResult): string {
  const { duplicates, unknown } = result;
  return [
    `${number(result.done)} ${done}`,
    ...(duplicates > 0 ? [`${number(duplicates)} stay because an equal job waits`] : []),
    ...(unknown > 0 ? [`${number(unknown)} stay because no pool ever registered their name`] : []),
  ].join(', ');
}

function jsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, (_, one: unknown) => (one === undefined ? null : one), indent);
  return escaped(text);
}
