/** The arguments of `render_report`. */
export interface Report {
  readonly title: string;
  readonly pages: number;
}
