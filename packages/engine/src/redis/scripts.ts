import type { Clock } from '../clock.js';
import type { Keys } from './keys.js';
import { EnqueuingScripts } from './scripts/enqueuing-scripts.js';
import { JobScripts } from './scripts/job-scripts.js';
import { MetricsScripts } from './scripts/metrics-scripts.js';
import { PoolScripts } from './scripts/pool-scripts.js';
import { QueueScripts } from './scripts/queue-scripts.js';
import { RunningScripts } from './scripts/running-scripts.js';
import { TimedScripts } from './scripts/timed-scripts.js';

/** All scripts of the engine, for one namespace. */
export class Scripts {
  readonly running: RunningScripts;
  readonly enqueuing: EnqueuingScripts;
  readonly timed: TimedScripts;
  readonly pools: PoolScripts;
  readonly jobs: JobScripts;
  readonly queues: QueueScripts;
  readonly metrics: MetricsScripts;

  constructor(keys: Keys, clock: Clock) {
    this.running = new RunningScripts(keys, clock);
    this.enqueuing = new EnqueuingScripts(keys, clock);
    this.timed = new TimedScripts(keys, clock);
    this.pools = new PoolScripts(keys, clock);
    this.jobs = new JobScripts(keys, clock);
    this.queues = new QueueScripts(keys, clock);
    this.metrics = new MetricsScripts(keys, clock);
  }
}
