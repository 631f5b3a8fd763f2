import type { Clock } from '../base/clock.js';
import type { Keys } from '../redis/keys.js';
import { AlertScripts } from './alert-scripts.js';
import { EnqueuingScripts } from './enqueuing-scripts.js';
import { ExplainScripts } from './explain-scripts.js';
import { JobScripts } from './job-scripts.js';
import { MetricsScripts } from './metrics-scripts.js';
import { PoolScripts } from './pool-scripts.js';
import { QueueScripts } from './queue-scripts.js';
import { RunningScripts } from './running-scripts.js';
import { TimedScripts } from './timed-scripts.js';

/** All scripts of the engine, for one namespace. */
export class Scripts {
  readonly running: RunningScripts;
  readonly enqueuing: EnqueuingScripts;
  readonly timed: TimedScripts;
  readonly pools: PoolScripts;
  readonly jobs: JobScripts;
  readonly queues: QueueScripts;
  readonly metrics: MetricsScripts;
  readonly explaining: ExplainScripts;
  readonly alerts: AlertScripts;

  constructor(keys: Keys, clock: Clock) {
    this.running = new RunningScripts(keys, clock);
    this.enqueuing = new EnqueuingScripts(keys, clock);
    this.timed = new TimedScripts(keys, clock);
    this.pools = new PoolScripts(keys, clock);
    this.jobs = new JobScripts(keys, clock);
    this.queues = new QueueScripts(keys, clock);
    this.metrics = new MetricsScripts(keys, clock);
    this.explaining = new ExplainScripts(keys, clock);
    this.alerts = new AlertScripts(keys, clock);
  }
}
