import { DAY, HOUR, MINUTE } from '../base/seconds.js';
import type { ScriptCall } from '../redis/script.js';
import { loadScript } from './load-script.js';
import { ScriptGroup } from './script-group.js';

const recordScript = loadScript('record');
const fieldScript = loadScript('field');

/** The length of an interval, and how long its counters are kept, in seconds. */
export const RESOLUTIONS = [
  { seconds: MINUTE, keep: 2 * HOUR },
  { seconds: 10 * MINUTE, keep: 2 * DAY },
  { seconds: HOUR, keep: 32 * DAY },
  { seconds: DAY, keep: 32 * DAY },
] as const;

/** The changes to a name's counters since the last record, in the script's format. */
export interface Recordable {
  toText(): string;
}

/** Scripts for counters. */
export class MetricsScripts extends ScriptGroup {
  /** Adds to the current counters, by job name. */
  record(tallies: ReadonlyMap<string, Recordable>): ScriptCall<void> {
    return {
      script: recordScript,
      keys: [],
      args: [
        this.now(),
        this.keys.metricsPrefix,
        RESOLUTIONS.length,
        ...RESOLUTIONS.flatMap(({ seconds, keep }) => [seconds, keep]),
        ...[...tallies].flatMap(([jobName, tally]) => [jobName, tally.toText()]),
      ],
      decode: () => undefined,
    };
  }

  /** Reads one field of several hashes; empty if it does not exist. */
  field(keys: readonly string[], field: string): ScriptCall<string[]> {
    return {
      script: fieldScript,
      keys,
      args: [field],
      decode: (reply) => (reply as Buffer[]).map(String),
    };
  }
}
