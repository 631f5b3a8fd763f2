/**
 * Parts of the engine for the other packages of Nestcraft Work. They may change in any release: applications import
 * `@nestcraft/engine`.
 *
 * @packageDocumentation
 */
export { systemClock, type Clock } from '../base/clock.js';
export {
  callerPlace,
  classesOfCopies,
  loadedCopies,
  noteClass,
  type PackageCopy,
} from '../base/copies.js';
export { counted } from '../base/counted.js';
export { isThenable } from '../base/thrown.js';
export { type BulkTaskNote } from '../client/bulk-task-board.js';
export { hasEnvelope, maskEnvelopes } from '../encryption/envelope.js';
export { type KnownJobs } from '../enqueue/name-watch.js';
export { errorLine, errorStack } from '../errors/error-text.js';
export { IMPORT_CYCLE } from '../errors/errors.js';
export { meaningOf, type ReplyMeaning } from '../errors/redis-reply.js';
export { argsTextOf } from '../job/job-entry.js';
export { assertJobName } from '../job/job-name.js';
export { safeLogger } from '../logging/logger.js';
export { finishing, finishWork } from '../middleware/returned-work.js';
export { optionTables } from '../option-tables.js';
export { didYouMean } from '../options/closest.js';
export { milliseconds } from '../options/duration.js';
export { DEFAULT_NAMESPACE } from '../options/namespace.js';
export * as optionRules from '../options/option-rules.js';
export { type OptionRule, type OptionTable } from '../options/option-rules.js';
export { cutList, startLine, whereText, type StartFacts } from '../pool/start-line.js';
export { type Raw } from '../redis/raw.js';
export { redisFault, type RedisFault } from '../redis/redis-fault.js';
export { redisProblem } from '../redis/redis-problem.js';
export { parseRedisUrl } from '../redis/redis-url.js';
export { type UnreadEntry } from '../stores/entries.js';
