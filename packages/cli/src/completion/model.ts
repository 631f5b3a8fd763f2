/** The words that a shell completes. */
export interface CompletionModel {
  readonly commands: readonly {
    readonly name: string;
    readonly about: string;
    /** The long options of the command, such as `--all`. */
    readonly options: readonly string[];
  }[];
  /** The long options of every command. */
  readonly globals: readonly string[];
}
