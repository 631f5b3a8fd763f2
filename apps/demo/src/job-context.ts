/** What middleware and handler of one job share; each job gets a fresh one. */
export class JobContext {
  private readonly notes: string[] = [];

  /** Something worth a word in the log when the job is done. */
  note(text: string): void {
    this.notes.push(text);
  }

  get summary(): string {
    return this.notes.join(', ');
  }
}
