/** Where the parts of a pool report what they have survived. */
export interface Report {
  /** The pool's own work at a place, such as `auditor.audit`, has failed, and goes on. */
  error(where: string, error: unknown): void;
  /** Code that the pool was given, such as a listener, has thrown. */
  thrown(where: string, error: unknown): void;
  /** Something that the user should know, and can repair. */
  warn(message: string): void;
}
