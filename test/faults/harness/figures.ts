import { appendFileSync } from 'node:fs';

/** A figure that a test has measured. */
export interface Figure {
  /** The row of the fault table, such as `F1`. */
  readonly row: string;
  /** What was measured, such as `run again after`. */
  readonly what: string;
  readonly value: number;
  /** Such as `s` or `jobs`. */
  readonly unit: string;
  /** The most that the test allows; `undefined` if it allows any. */
  readonly bar?: number | undefined;
}

/**
 * Notes a figure for the table of the documentation, if the run collects figures: `npm run faults` names the file in the
 * variable FAULT_FIGURES.
 */
export function noteFigure(figure: Figure): void {
  const file = process.env.FAULT_FIGURES;
  // One write for each, because the specs run in several processes.
  if (file) appendFileSync(file, `${JSON.stringify(figure)}\n`);
}

// A busy machine, such as one that runs all tests, makes everything slower that is short on an idle one.
const STRAIN = process.env.FAULT_FIGURES ? 1 : 4;

/** Returns the bar that a figure must stay below: the given one if figures are collected, and more in other runs. */
export function strained(bar: number): number {
  return bar * STRAIN;
}
