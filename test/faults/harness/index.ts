/** What a spec of faults needs: a scene with Redis, workers and producers, their log, and the invariants. */
export { ActorProcess } from './actor-process.js';
export { EventLog, type EventKind, type LoggedEvent } from './event-log.js';
export {
  faultSeed,
  planFaults,
  type FaultScheduleOptions,
  type PlannedFault,
} from './fault-schedule.js';
export { noteFigure, strained, type Figure } from './figures.js';
export {
  argumentsIntact,
  atRest,
  breaches,
  duplicates,
  duplicatesExplained,
  locksExact,
  neverAbove,
  noGrowth,
  nothingLost,
  nothingUnasked,
  recoveryTimes,
  type Breach,
  type Duplicate,
  type Evidence,
} from './invariants.js';
export { KIND_JOBS, KINDS } from './job-kinds.mjs';
export {
  readState,
  type LockState,
  type Place,
  type PresentJob,
  type RedisState,
} from './redis-state.js';
export { faultWindows, runsOf, type FaultWindow, type Run } from './runs.js';
export { Scene, type ForeignRedis, type ProducerPlan, type WorkerPlan } from './scene.js';
