import type { LookFor, View } from '../scripts/explain-scripts.js';
import type { Explanation, ExplainVerdict, Reason, ReasonCode } from './explanation.js';
import type { Effect, Finding } from './finding.js';
import { REASONS } from './reasons.js';
import { situationOf, type Situation } from './situation.js';

/** The verdict of the gravest effect, and the effects from the gravest. */
const VERDICTS: readonly (readonly [Effect, ExplainVerdict])[] = [
  ['ends', 'over'],
  ['blocks', 'blocked'],
  ['runs', 'running'],
  ['passes', 'waiting'],
];

/** Explains what was read. */
export function explain(asked: LookFor, view: View): Explanation {
  const situation = situationOf(asked, view);
  const findings = findingsOf(situation);
  const counting = findings.filter(({ effect }) => effect !== 'notes');
  const verdict = verdictOf(counting);
  return {
    subject: {
      id: view.job.id || undefined,
      jobName: view.jobName,
      ...(asked.kind === 'claim' && { claim: asked.wanted }),
    },
    state: situation.state,
    verdict,
    reasons: [...counting, ...findings.filter(({ effect }) => effect === 'notes')].map(reasonOf),
    next: counting[1]?.code,
    position: view.place?.in === 'queue' ? view.place.at : undefined,
    startsAt: startOf(situation, verdict),
    at: new Date(view.now),
  };
}

type Coded = Finding & { readonly code: ReasonCode };

function findingsOf(situation: Situation): Coded[] {
  return Object.entries(REASONS).flatMap(([code, rule]) => {
    const finding = rule(situation);
    return finding ? [{ code: code as ReasonCode, ...finding }] : [];
  });
}

function verdictOf(findings: readonly Finding[]): ExplainVerdict {
  const [, verdict = 'none'] =
    VERDICTS.find(([effect]) => findings.some((one) => one.effect === effect)) ?? [];
  return verdict;
}

/** Returns the reason without its effect, which the verdict expresses. */
function reasonOf({ code, text, since, until, by, remedy, error }: Coded): Reason {
  return {
    ...{ code, text, remedy },
    ...(since && { since }),
    ...(until && { until }),
    ...(by && { by }),
    ...(error !== undefined && { error }),
  };
}

/** Returns when the job is expected to start. */
function startOf(situation: Situation, verdict: ExplainVerdict): Date | undefined {
  const { state, due, rate, view, name } = situation;
  if (verdict !== 'none' && verdict !== 'waiting') return undefined;
  if (due !== undefined) return new Date(due);
  if (state !== 'queued') return undefined;
  if (verdict === 'none') return new Date(view.now);
  if (rate === 0 || name?.pause !== undefined) return undefined;
  return new Date(view.now + Math.round(((view.place?.at ?? 1) / rate) * 1000));
}
