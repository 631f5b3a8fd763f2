import { HttpException } from '@nestjs/common';

/** An answer that is an error, as `application/problem+json`. */
export class Problem extends HttpException {
  /**
   * @param code for programs
   * @param detail for people: what is wrong, and what to do
   */
  constructor(
    status: number,
    readonly code: string,
    readonly detail: string,
  ) {
    super({ type: 'about:blank', status, code, detail }, status);
  }
}
