import type { ScriptCall } from '../redis/script.js';
import { loadScript } from './load-script.js';
import { ScriptGroup } from './script-group.js';

const lookScript = loadScript('alert-look', 'count-notes');
const noteScript = loadScript('alert-note', 'count-notes');
const readScript = loadScript('alert-read');

// In milliseconds. The notes of a configuration that no pool has any more expire.
const NOTES_TTL = 3600 * 1000;
const LOG_TTL = 7 * 24 * 3600 * 1000;

/** What to look at. Times are in seconds, except for the turn. */
export interface FleetQuestion {
  /** Identifies the pools that watch the same and take turns. */
  readonly scope: string;
  /** The length of a turn, in milliseconds. */
  readonly turn: number;
  /** The age of its last beat at which a pool is dead. */
  readonly deadAfter: number;
  /** The names to look at in any case. */
  readonly jobNames: readonly string[];
  /** Whether to look at all known names, too, and at who handles them. */
  readonly looksAtAll: boolean;
  /** The time in which deaths are counted; `undefined`: they are not. */
  readonly within: number | undefined;
  readonly scheduleIds: readonly string[];
}

/** A queue with waiting jobs. */
export interface QueueFact {
  readonly jobName: string;
  /** For how many seconds the next job has waited. */
  readonly age: number;
  readonly isPaused: boolean;
  /** Whether a running pool handles the name, or nobody asked. */
  readonly isHandled: boolean;
}

/** The last firings of a schedule that were added and moved to the queue, in seconds since the epoch. */
export interface FiringFact {
  readonly added: number | undefined;
  readonly moved: number | undefined;
}

/** The state of the fleet's jobs. */
export interface FleetFacts {
  /** In seconds since the epoch. */
  readonly now: number;
  readonly queues: readonly QueueFact[];
  /** The number of deaths in the asked time. */
  readonly dead: number;
  /** For how many seconds the first scheduled job is overdue. */
  readonly overdue: number;
  /** By the id of the schedule. */
  readonly firings: ReadonlyMap<string, FiringFact>;
}

/** The result of a look. */
export interface FleetLook {
  /** The names and notes of what stalls. */
  readonly noted: readonly (readonly [name: string, note: string])[];
  /** `undefined` if it was another pool's turn. */
  readonly facts: FleetFacts | undefined;
}

type Reply = readonly [
  ...[now: number, noted: Buffer[], queues?: (readonly [Buffer, number, number, number])[]],
  ...[dead?: number, overdue?: number, firings?: Buffer[]],
];

/** Scripts behind the alerts of a fleet. */
export class AlertScripts extends ScriptGroup {
  /** Reads what stalls, and the state of the fleet's jobs if it is this pool's turn. */
  look(question: FleetQuestion): ScriptCall<FleetLook> {
    const { scope, turn, deadAfter, jobNames, looksAtAll, within, scheduleIds } = question;
    return {
      script: lookScript,
      keys: [this.keys.alertTurn(scope), this.keys.stalls(scope), this.keys.stallNotes],
      args: [
        ...[this.now(), this.keys.prefix, turn, deadAfter, within ?? ''],
        ...[looksAtAll ? '1' : '', jobNames.length, ...jobNames, ...scheduleIds],
      ],
      decode: (reply) => lookOf(reply as Reply, scheduleIds),
    };
  }

  /**
   * Notes what has begun to stall and what has ended. Returns the names of which this pool tells.
   *
   * @param begun the names of stalls, and the stalls as JSON
   * @param ended the names of stalls, and their recoveries as JSON
   */
  note(
    { scope, turn }: Pick<FleetQuestion, 'scope' | 'turn'>,
    begun: readonly (readonly [name: string, stall: string])[],
    ended: readonly (readonly [name: string, recovery: string])[],
  ): ScriptCall<ReadonlySet<string>> {
    const { keys } = this;
    return {
      script: noteScript,
      keys: [keys.stalls(scope), keys.stallNotes, keys.stallLog],
      args: [
        ...[this.now(), turn, NOTES_TTL, LOG_TTL],
        ...begun.flatMap(([name, stall]) => [name, '+', stall]),
        ...ended.flatMap(([name, recovery]) => [name, '-', recovery]),
      ],
      decode: (reply) => new Set((reply as Buffer[]).map(String)),
    };
  }

  /** Reads the stalls of all configurations, as JSON. */
  read(): ScriptCall<string[]> {
    return {
      script: readScript,
      keys: [this.keys.stallNotes],
      args: [this.now()],
      decode: (reply) => (reply as Buffer[]).map(String),
    };
  }
}

function lookOf(
  [now, flat, queues, dead = 0, overdue = 0, firings = []]: Reply,
  scheduleIds: readonly string[],
): FleetLook {
  const noted = Array.from({ length: flat.length / 2 }, (_, i): [string, string] => [
    String(flat[2 * i]),
    String(flat[2 * i + 1]),
  ]);
  if (!queues) return { noted, facts: undefined };
  const facts: FleetFacts = {
    ...{ now, dead, overdue },
    queues: queues.map(([jobName, age, paused, handled]) => ({
      ...{ jobName: String(jobName), age, isPaused: paused === 1, isHandled: handled === 1 },
    })),
    firings: new Map(
      scheduleIds.map((id, i) => [
        id,
        { added: numberIn(firings[2 * i]), moved: numberIn(firings[2 * i + 1]) },
      ]),
    ),
  };
  return { noted, facts };
}

function numberIn(text: Buffer | undefined): number | undefined {
  return text === undefined || text.length === 0 ? undefined : Number(text.toString());
}
