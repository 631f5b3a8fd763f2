/** Holds up whoever awaits `opened`, or passes, until `open` is called. */
export class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
  #onReached: () => void = () => undefined;
  /** Resolves when somebody stands before the gate. */
  readonly reached = new Promise<void>((resolve) => (this.#onReached = resolve));

  async pass(): Promise<void> {
    this.#onReached();
    await this.opened;
  }
}
