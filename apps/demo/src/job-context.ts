/** The object that a job's middleware and handler share; each job gets a new one. */
export class JobContext {
  private readonly notes: string[] = [];

  /** Adds a note to the log line for the completed job. */
  note(text: string): void {
    this.notes.push(text);
  }

  get summary(): string {
    return this.notes.join(', ');
  }
}
