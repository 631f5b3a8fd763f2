/** Limits concurrency: some may work, and a few more wait in line for their turn. */
export class Turns {
  private running = 0;
  private readonly line: (() => void)[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly longestLine: number,
  ) {}

  /** Whether the line is full as well. */
  get isFull(): boolean {
    return this.running >= this.atOnce && this.line.length >= this.longestLine;
  }

  get isIdle(): boolean {
    return this.running === 0;
  }

  /**
   * Resolves when the caller's turn begins, with a function that ends it and is safe to call twice.
   *
   * @param onWait called if the caller has to wait
   * @param signal gives up the place in the line; the promise then resolves as well
   */
  async take(onWait: () => void, signal: AbortSignal): Promise<() => void> {
    if (this.running < this.atOnce) {
      this.running++;
      return this.once();
    }
    onWait();
    const isMine = await new Promise<boolean>((resolve) => {
      const begin = (): void => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = (): void => {
        this.line.splice(this.line.indexOf(begin), 1);
        resolve(false);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.line.push(begin);
    });
    // A caller that has left the line holds no turn, so it must not let another in.
    return isMine ? this.once() : () => undefined;
  }

  private once(): () => void {
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const next = this.line.shift();
      if (next) next();
      else this.running--;
    };
  }
}
