import type { ReasonCode } from './explanation.js';
import type { Rule } from './finding.js';
import * as ofJob from './job-reasons.js';
import * as ofName from './name-reasons.js';
import * as ofPools from './pool-reasons.js';

/**
 * All reasons, in the order in which they must change. Each rule checks whether its reason applies, and has its text and
 * its remedy. A new reason needs a code in `ReasonCode`, a line here, and its facts in `explain.lua`.
 */
export const REASONS: Readonly<Record<ReasonCode, Rule>> = {
  noSuchJob: ofJob.noSuchJob,
  running: ofJob.running,
  cancelled: ofJob.cancelled,
  notFound: ofJob.notFound,
  dead: ofJob.dead,
  scheduledUntil: ofJob.scheduledUntil,
  retryUntil: ofJob.retryUntil,
  claimHeldBy: ofJob.claimHeldBy,
  paused: ofName.paused,
  noLivePool: ofPools.noLivePool,
  poolStopping: ofPools.poolStopping,
  fetchNotAnswered: ofPools.fetchNotAnswered,
  atLimit: ofName.atLimit,
  workersBusy: ofPools.workersBusy,
  queuePosition: ofName.queuePosition,
  onlyGoPools: ofPools.onlyGoPools,
  poison: ofJob.poison,
  collapsedInto: ofJob.collapsedInto,
};
