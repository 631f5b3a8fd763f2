/** Lets some work at once, and a few more wait in line for their turn. */
export class Turns {
  private running = 0;
  private readonly line: (() => void)[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly longestLine: number,
  ) {}

  /** Whether not even the line has room. */
  get isFull(): boolean {
    return this.running >= this.atOnce && this.line.length >= this.longestLine;
  }

  get isIdle(): boolean {
    return this.running === 0;
  }

  /**
   * Resolves when it is one's turn, with what ends it; calling that twice does no harm.
   *
   * @param onWait is told if one has to wait
   * @param signal gives the place in the line up; the promise resolves then, too
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
    // Who has left the line ends nothing, and so lets nobody in.
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
