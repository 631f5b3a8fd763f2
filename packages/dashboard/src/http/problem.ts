import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';

/** What else a problem tells. */
export interface ProblemExtras {
  /** For people, in a few words; default: what HTTP calls the status. */
  readonly title?: string;
  /** Further members of the answer. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is an error, as `application/problem+json`. */
export class Problem extends HttpException {
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param code for programs
   * @param detail for people: what is wrong, and what to do
   */
  constructor(
    status: number,
    readonly code: string,
    readonly detail: string,
    { title = STATUS_CODES[status] ?? 'Error', members = {}, headers = {} }: ProblemExtras = {},
  ) {
    super({ type: 'about:blank', title, status, code, detail, ...members }, status);
    this.headers = headers;
  }

  /** The same with further members. */
  with(members: Readonly<Record<string, unknown>>): Problem {
    const { title } = this.getResponse() as { readonly title: string };
    return new Problem(this.getStatus(), this.code, this.detail, {
      ...{ title, members, headers: this.headers },
    });
  }
}
