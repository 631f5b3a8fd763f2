import { Injectable } from '@nestjs/common';

/** How often things happen; a test sets it otherwise. In milliseconds. */
@Injectable()
export class DashboardTiming {
  /** Between two looks at Redis for those who watch. */
  readonly look: number = 2_000;
  /** Between two questions whether somebody who watches still may. */
  readonly recheck: number = 30_000;
  /**
   * After which a stream ends, so that the browser opens another: data that middleware put on a request, such as the user
   * of a session, is not renewed while the request goes on.
   */
  readonly maxStream: number = 300_000;
  /** Between two signs of life of work on many jobs. */
  readonly beat: number = 2_000;
}
