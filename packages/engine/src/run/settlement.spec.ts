import { describe, expect, it } from '@jest/globals';
import { parseEntry, type JobEntry } from '../job/job-entry.js';
import { CARRIER_TTL } from '../scripts/enqueuing-scripts.js';
import type { Move, Note } from '../scripts/settling.js';
import { CLAIM_TTL } from '../scripts/script-group.js';
import { EVERY_FATE } from '../testing/every-fate.js';
import type { Fate } from './fate.js';
import { parseScheduleResult } from './schedule-result.js';
import { endsClaim, moveOf, notesOf, type RunFacts } from './settlement.js';

const RAW = '{"name":"n","id":"i"}';
const CLAIM = { uniqueKey: 'unique', jobId: 'i' };
const FATES = Object.values(EVERY_FATE);

function notesAbout(
  fate: Fate,
  run: Partial<RunFacts> = {},
  entry: Partial<JobEntry> = {},
): readonly Note[] | undefined {
  return notesOf({ ...parseEntry(RAW), ...entry }, fate, {
    ...{ now: 1_000, duration: 7, error: undefined, wasCancelled: false, claim: undefined },
    ...{ mayHaveCarrier: false, ...run },
  });
}

describe('the move of a job', () => {
  const DESTINATIONS: Readonly<Record<Fate['kind'], Move['to']>> = {
    ...{ done: 'nowhere', dropped: 'nowhere', cancelled: 'nowhere' },
    ...{ retry: 'retry', dead: 'dead', snoozed: 'scheduled', putBack: 'queue' },
  };

  it.each(FATES)('follows its fate $kind', (fate) => {
    expect(moveOf(RAW, fate, undefined).to).toBe(DESTINATIONS[fate.kind]);
  });

  it('frees the claim with the job, or with its death unless the claim outlives that', () => {
    const entry = parseEntry(RAW);
    const freed = (uniqueUntil: 'done' | 'doneOrDead') =>
      FATES.filter((fate) => endsClaim(entry, fate, { uniqueUntil })).map(({ kind }) => kind);
    expect(freed('done')).toEqual(['done', 'dropped', 'cancelled']);
    expect(freed('doneOrDead')).toEqual(['done', 'dead', 'dropped', 'cancelled']);
    expect(moveOf(RAW, EVERY_FATE.done, CLAIM)).toEqual({ to: 'nowhere', freed: CLAIM });
  });
});

describe('the notes about a job', () => {
  it('are none for one that succeeds at once', () => {
    expect(notesAbout(EVERY_FATE.done)).toBeUndefined();
  });

  it.each(FATES)('record the attempt of one that failed and is kept: $kind', (fate) => {
    const kinds = notesAbout(fate)?.map(({ kind }) => kind) ?? [];
    expect(kinds).toEqual(['retry', 'dead'].includes(fate.kind) ? ['attempt'] : []);
  });

  it.each(FATES)('forget the attempts and deaths of one that is gone: $kind', (fate) => {
    const isGone = ['done', 'dropped', 'cancelled'].includes(fate.kind);
    const kinds = notesAbout(fate, {}, { fails: 1, reaped: true })?.map(({ kind }) => kind) ?? [];
    const forgotten = kinds.filter((kind) => kind !== 'attempt');
    expect(forgotten).toEqual(isGone ? ['forgetAttempts', 'forgetDeaths'] : []);
  });

  const CARRIERS: Readonly<Record<Fate['kind'], Note | undefined>> = {
    done: { kind: 'forgetCarrier', jobId: 'i' },
    dropped: { kind: 'forgetCarrier', jobId: 'i' },
    cancelled: { kind: 'forgetCarrier', jobId: 'i' },
    retry: { kind: 'renewCarrier', jobId: 'i', milliseconds: 60_000 + CARRIER_TTL },
    snoozed: { kind: 'renewCarrier', jobId: 'i', milliseconds: 60_000 + CARRIER_TTL },
    dead: { kind: 'renewCarrier', jobId: 'i', milliseconds: CARRIER_TTL },
    putBack: undefined,
  };

  it.each(FATES)('renew or forget the carrier, where there may be one: $kind', (fate) => {
    const carrierNotes = notesAbout(fate, { mayHaveCarrier: true })?.filter(({ kind }) =>
      kind.endsWith('Carrier'),
    );
    expect(carrierNotes?.[0]).toEqual(CARRIERS[fate.kind]);
  });

  it.each(FATES)('renew the claim of one that runs again later: $kind', (fate) => {
    const note = { kind: 'renewClaim', claim: CLAIM, milliseconds: 60_000 + CLAIM_TTL };
    const renewed = notesAbout(fate, { claim: CLAIM })?.filter(({ kind }) => kind === 'renewClaim');
    expect(renewed ?? []).toEqual('delay' in fate ? [note] : []);
  });

  const RESULTS: Readonly<Record<Fate['kind'], string | undefined>> = {
    ...{ done: 'done', retry: 'failed', dead: 'dead', dropped: 'dropped', cancelled: 'cancelled' },
    ...{ snoozed: undefined, putBack: undefined },
  };

  it.each(FATES)("keep how a schedule's last job ended: $kind", (fate) => {
    const id = 'periodic:tick:* * * * *:60';
    const note = notesAbout(fate, {}, { id })?.find(({ kind }) => kind === 'result');
    const result = note?.kind === 'result' ? parseScheduleResult(note.text) : undefined;
    expect(result?.result).toBe(RESULTS[fate.kind]);
    expect(result?.error).toBe(result && 'failure' in fate ? 'boom' : undefined);
  });

  it('take the mark of a cancelled job away', () => {
    const unmark = { kind: 'unmark', jobId: 'i' };
    expect(notesAbout(EVERY_FATE.cancelled, { wasCancelled: true })).toEqual([unmark]);
  });
});
