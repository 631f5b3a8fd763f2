import { Injectable } from '@nestjs/common';

/** Intervals in milliseconds. Tests replace them. */
@Injectable()
export class DashboardTiming {
  /** The interval between two reads of Redis for viewers. */
  readonly look: number = 2_000;
  /** The interval between two checks of a viewer's permissions. */
  readonly recheck: number = 30_000;
  /**
   * The maximum duration of a stream. The browser then opens another one: data that middleware put on a request, such
   * as a session's user, is not renewed during the request.
   */
  readonly maxStream: number = 300_000;
  /** The interval between two heartbeats of a bulk task. */
  readonly beat: number = 2_000;
}
