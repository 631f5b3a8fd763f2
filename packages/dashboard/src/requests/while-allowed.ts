import {
  catchError,
  exhaustMap,
  filter,
  from,
  merge,
  of,
  takeUntil,
  timer,
  type MonoTypeOperatorFunction,
} from 'rxjs';
import type { DashboardTiming } from '../options/timing.js';

/** Ends a stream when its reader loses permission, and after a few minutes in any case. */
export function whileAllowed<Event>(
  isAllowed: () => Promise<boolean>,
  { recheck, maxStream }: DashboardTiming,
): MonoTypeOperatorFunction<Event> {
  const refused = timer(recheck, recheck).pipe(
    exhaustMap(() => from(isAllowed()).pipe(catchError(() => of(false)))),
    filter((allowed) => !allowed),
  );
  return takeUntil(merge(refused, timer(maxStream)));
}
