/** Receives the problems that the parts of a pool have survived. */
export interface Report {
  /** An internal step, such as `auditor.audit`, has failed. The pool continues. */
  error(where: string, error: unknown): void;
  /** User code, such as a listener, has thrown. */
  thrown(where: string, error: unknown): void;
  /** A problem that the user should know and can fix. */
  warn(message: string): void;
}
