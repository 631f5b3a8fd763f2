import { keepPreviousData, useQuery } from '@tanstack/preact-query';
import { get, type Explanation, type Reason } from '../api';
import { ENDPOINTS } from '../endpoints';
import { gist, pageOf, VERDICTS } from '../explained';
import { shortId } from '../format';
import { useNow } from '../live';
import { Badge, ErrorLine, Failure, Loading, Time } from '../parts/basics';
import { Link } from '../router';
import { ReasonAction } from './reason-actions';

const REFRESH = 5_000;

interface ExplanationProps {
  /** The question that the section answers. */
  title: string;
  /** The job to explain; missing: the next job of the name. */
  id?: string | undefined;
  name?: string | undefined;
  /** Whether the page itself shows the job's error, and the buttons that act on the job. */
  isOnJob?: boolean;
}

/** Why a job does not start, or what it does instead. It stays up to date while somebody looks at it. */
export function ExplanationSection({ title, id, name, isOnJob = false }: ExplanationProps) {
  const path = ENDPOINTS.explain({ id, name });
  const { data, error } = useQuery({
    queryKey: ['explain', path],
    queryFn: () => get<Explanation>(path),
    refetchInterval: REFRESH,
    placeholderData: keepPreviousData,
  });
  return (
    <section class="explanation">
      <div class="section-head">
        <h2>{title}</h2>
        {data && (
          <span role="status">
            <Badge kind={VERDICTS[data.verdict].tone}>{VERDICTS[data.verdict].label}</Badge>
          </span>
        )}
      </div>
      {error && <Failure error={error} />}
      {!data && !error && <Loading rows={2} />}
      {data && <Reasons explanation={data} isOnJob={isOnJob} />}
    </section>
  );
}

function Reasons({ explanation, isOnJob }: { explanation: Explanation; isOnJob: boolean }) {
  const { reasons, verdict, jobName, id } = explanation;
  const now = useNow();
  if (reasons.length === 0) return <p class="calm">{gist(explanation, now)}</p>;
  return (
    <>
      <p class="hint">{gist(explanation, now)}</p>
      <ol class="findings">
        {reasons.map((reason, index) => (
          <li key={reason.code} class={index === 0 ? VERDICTS[verdict].tone : ''}>
            <ReasonItem reason={reason} withError={!isOnJob} />
            <ReasonAction reason={reason} name={jobName} id={isOnJob ? undefined : id} />
          </li>
        ))}
      </ol>
    </>
  );
}

function ReasonItem({ reason, withError }: { reason: Reason; withError: boolean }) {
  const page = pageOf(reason);
  return (
    <>
      {reason.text}
      <Circumstances reason={reason} />
      {withError && reason.error !== undefined && (
        <p>
          <ErrorLine text={reason.error} />
        </p>
      )}
      <p class="remedy">
        {reason.remedy} {page && <Link to={page[1]}>{page[0]}</Link>}
      </p>
    </>
  );
}

/** Since when a reason applies, until when, and because of whom. */
function Circumstances({ reason: { since, until, by } }: { reason: Reason }) {
  if (since === undefined && until === undefined && by.length === 0) return null;
  return (
    <ul class="circumstances">
      {since !== undefined && (
        <li>
          since <Time at={since} />
        </li>
      )}
      {until !== undefined && (
        <li>
          passes <Time at={until} />
        </li>
      )}
      {by.map((holder, index) => (
        <li key={index}>
          <Holder {...holder} />
        </li>
      ))}
    </ul>
  );
}

function Holder({ poolId, host, jobId }: Reason['by'][number]) {
  const pool = poolId === undefined ? undefined : `pool ${shortId(poolId)}`;
  const where = host === undefined ? pool : `${host}${pool === undefined ? '' : `, ${pool}`}`;
  return (
    <>
      {jobId !== undefined && (
        <>
          job{' '}
          <Link to={{ page: 'search', q: jobId }}>
            <code>{shortId(jobId)}</code>
          </Link>{' '}
        </>
      )}
      {where !== undefined && <span title={poolId}>{where}</span>}
    </>
  );
}
