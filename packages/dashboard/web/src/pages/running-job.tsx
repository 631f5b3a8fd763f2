import { useQuery } from '@tanstack/preact-query';
import { get, type Running } from '../api';
import { ENDPOINTS } from '../endpoints';
import { isCut, isJson, pretty, shortId } from '../format';
import { Badge, Elapsed, Failure, Loading, PageHead, Time } from '../parts/basics';
import { Copy } from '../parts/copy';
import { WithLocks } from '../parts/locked';
import { isGone } from '../problems';
import { Link } from '../router';
import { CancelJob } from './cancel-job';
import { ExplanationSection } from './explanation';
import { Gone } from './gone';

/** A worker's running job. */
export function RunningJobPage({ workerId }: { workerId: string }) {
  const { data: job, error } = useQuery({
    queryKey: ['job', 'running', workerId],
    queryFn: () => get<Running>(ENDPOINTS.running(workerId)),
    refetchInterval: 2_000,
  });
  return (
    <>
      <PageHead
        title={job?.jobName ?? 'Job'}
        tab={job && `${job.jobName} ${shortId(job.jobId)}`}
        crumbs={<Link to={{ page: 'running' }}>Running jobs</Link>}
        state={job && !error && <Badge kind="good">running</Badge>}
      >
        {job && !error && <CancelJob id={job.jobId} name={job.jobName} />}
      </PageHead>
      {error &&
        (isGone(error) ? <Gone id={job?.jobId} was="running" /> : <Failure error={error} />)}
      {!job && !error && <Loading />}
      {job && (
        <div class="job">
          <div>
            <ExplanationSection title="What is it doing?" id={job.jobId} name={job.jobName} />
            <section>
              <div class="section-head">
                <h2>Arguments</h2>
                {isJson(job.args || 'null') && (
                  <Copy text={job.args || 'null'} what="the arguments" />
                )}
              </div>
              <pre tabIndex={0}>
                <WithLocks text={pretty(job.args || 'null')} />
              </pre>
              {isCut(job.args) && <p class="hint">Only the beginning of the arguments is shown.</p>}
            </section>
          </div>
          <section>
            <dl class="facts">
              <dt>Id</dt>
              <dd>
                <code>{job.jobId}</code> <Copy text={job.jobId} what="the id" />
              </dd>
              <dt>Queue</dt>
              <dd>
                <Link to={{ page: 'queue', name: job.jobName }}>{job.jobName}</Link>
              </dd>
              <dt>Elapsed</dt>
              <dd>
                <Elapsed since={job.startedAt} />
              </dd>
              <dt>Check-in</dt>
              <dd>
                {job.checkin ?? '–'}{' '}
                {job.checkinAt !== undefined && (
                  <span class="hint">
                    <Time at={job.checkinAt} />
                  </span>
                )}
              </dd>
              <dt>Host</dt>
              <dd>
                {job.host ?? '–'} {job.pid !== undefined && `(${job.pid})`}
              </dd>
              <dt>Worker</dt>
              <dd>
                <code>{job.workerId}</code>
              </dd>
            </dl>
          </section>
        </div>
      )}
    </>
  );
}
