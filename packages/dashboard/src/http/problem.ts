import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';

/** Further details of a problem. */
export interface ProblemExtras {
  /** A short title for people; default: HTTP's name for the status. */
  readonly title?: string;
  /** Further members of the answer. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error response, sent as `application/problem+json`. */
export class Problem extends HttpException {
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param code a code for programs
   * @param detail a sentence for people that says what is wrong and what to do
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

  /** Returns a copy of this problem with further members. */
  with(members: Readonly<Record<string, unknown>>): Problem {
    const { title } = this.getResponse() as { readonly title: string };
    return new Problem(this.getStatus(), this.code, this.detail, {
      ...{ title, members, headers: this.headers },
    });
  }
}
