// A registered symbol, so that two copies of this package recognise each other's errors.
const VERDICT = Symbol.for('nestcraft:verdict');

const VERDICTS = ['kill', 'drop', 'keep', 'retry', 'snooze'] as const;

/** The fate that an error thrown by a handler requests for its job. */
export type Verdict = (typeof VERDICTS)[number];

/**
 * Returns the fate that a thrown value requests for its job; `undefined` if it requests none. Recognises errors from
 * other copies of this package. Never throws.
 */
export function verdictOf(error: unknown): Verdict | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  try {
    const verdict = (error as { readonly [VERDICT]?: unknown })[VERDICT];
    return VERDICTS.find((one) => one === verdict);
  } catch {
    return undefined; // a revoked Proxy, for instance
  }
}

/** Makes errors of a class request a fate for their job. */
export function requestFate(errorClass: { readonly prototype: object }, verdict: Verdict): void {
  Object.defineProperty(errorClass.prototype, VERDICT, { value: verdict });
}
