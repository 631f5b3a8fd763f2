import { counted } from '../base/counted.js';
import { quoted, timeText, type Finding } from './finding.js';
import type { Situation } from './situation.js';

/** The name is paused. */
export function paused(situation: Situation): Finding | undefined {
  const { name, view } = situation;
  if (name?.pause === undefined) return undefined;
  const remedy = `Call client.queue(${quoted(situation)}).resume(), or use the Queues page.`;
  if (name.pause === 'forever') {
    return {
      effect: 'blocks',
      text: `${quoted(situation)} is paused until somebody resumes it.`,
      remedy,
    };
  }
  const until = new Date(view.now + name.pause);
  return {
    effect: 'passes',
    text: `${quoted(situation)} is paused until ${timeText(until)}.`,
    until,
    remedy,
  };
}

/** As many jobs of the name are in progress as its limit permits. */
export function atLimit(situation: Situation): Finding | undefined {
  const { state, name, view } = situation;
  if (state !== 'queued' || !name || !isFull(situation)) return undefined;
  const hasGhosts = view.holders.some(({ jobId }) => jobId === undefined);
  return {
    effect: 'passes',
    text: `At most ${counted(name.limit, 'job')} named ${quoted(situation)} may run at a time, and ${name.lock} are in progress.`,
    by: view.holders,
    remedy: hasGhosts
      ? 'A pool holds a share of the limit without a job. Running pools correct that within a minute; client.rebuildLocks() does so at once.'
      : `Wait for these jobs, or raise the limit with client.queue(${quoted(situation)}).limit(n) or on the Queues page.`,
  };
}

/** Other jobs are first. */
export function queuePosition(situation: Situation): Finding | undefined {
  const { state, name, view, rate } = situation;
  if (state !== 'queued' || !name) return undefined;
  const position = view.place?.at ?? 1;
  const others = isFull(situation) || name.idle === 0 ? 0 : name.others;
  const isNext = position === 1 && others === 0;
  if (isNext || position + others <= Math.min(name.idle, roomOf(situation))) return undefined;
  const rest = others > 0 ? `${counted(others, 'job')} of other names may go first.` : '';
  const ahead = position > 1 ? `${counted(position - 1, 'job is', 'jobs are')} ahead of it.` : '';
  const pace = rate > 0 ? `${(rate * 60).toPrecision(2)} jobs of the name ran per minute.` : '';
  return {
    effect: 'passes',
    text: [ahead, rest, pace].filter((text) => text !== '').join(' '),
    remedy: 'Wait, raise the concurrency of the pools, or start further pools.',
  };
}

function isFull(situation: Situation): boolean {
  return roomOf(situation) === 0;
}

/** Returns how many jobs of the name may start before its limit is reached. */
function roomOf({ name }: Situation): number {
  if (!name || name.limit <= 0) return Infinity;
  return Math.max(0, name.limit - Math.max(0, name.lock));
}
