import { RESOLUTIONS } from '../../metrics/metrics.js';
import type { Tally } from '../../metrics/tally.js';
import { Script, type ScriptCall } from '../script.js';
import { ScriptGroup } from './script-group.js';

const recordScript = Script.load('record');
const fieldScript = Script.load('field');

/** Scripts about the counters. */
export class MetricsScripts extends ScriptGroup {
  /** Adds to the counters of now, by job name. */
  record(tallies: ReadonlyMap<string, Tally>): ScriptCall<void> {
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

  /** Reads one field of several hashes; empty where it is not there. */
  field(keys: readonly string[], field: string): ScriptCall<string[]> {
    return {
      script: fieldScript,
      keys,
      args: [field],
      decode: (reply) => (reply as Buffer[]).map(String),
    };
  }
}
