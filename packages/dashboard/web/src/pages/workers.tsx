import { Link } from 'wouter-preact';
import { count, duration } from '../format';
import { useLive, useNow } from '../live';
import { Badge, Empty, Loading, Table, Time } from '../parts/basics';

const LATE = 10;

export function WorkersPage() {
  const { snapshot } = useLive();
  const now = useNow();
  return (
    <>
      <h1>Workers</h1>
      {!snapshot && <Loading />}
      {snapshot && (
        <>
          <h2>Running jobs</h2>
          {snapshot.running.length === 0 ? (
            <Empty>No job runs now.</Empty>
          ) : (
            <Table caption="Running jobs" head={['Job', 'For', 'Check-in', 'Host', 'Arguments']}>
              {snapshot.running.map((one) => (
                <tr key={one.workerId}>
                  <th scope="row">
                    <Link href={`/queues/${encodeURIComponent(one.jobName)}`}>{one.jobName}</Link>
                    <br />
                    <code>{one.jobId}</code>
                  </th>
                  <td class="number">{duration(now - one.startedAt)}</td>
                  <td>
                    {one.checkin ?? '–'}
                    {one.checkinAt !== undefined && (
                      <>
                        {' '}
                        (<Time at={one.checkinAt} />)
                      </>
                    )}
                  </td>
                  <td>
                    {one.host} {one.pid}
                  </td>
                  <td class="args">
                    <code>{one.args}</code>
                  </td>
                </tr>
              ))}
            </Table>
          )}
          <h2>Worker pools</h2>
          {snapshot.pools.length === 0 ? (
            <Empty>No pool is alive. Start a process with a worker pool, and it shows here.</Empty>
          ) : (
            <Table
              caption="Worker pools"
              head={['Host', 'Engine', 'Busy', 'Started', 'Heartbeat', 'Jobs']}
            >
              {snapshot.pools.map((pool) => (
                <tr key={pool.workerPoolId}>
                  <th scope="row">
                    {pool.host} {pool.pid}
                    <br />
                    <code>{pool.workerPoolId}</code>
                  </th>
                  <td>{pool.engine === 'nestcraft' ? 'TypeScript' : 'Go'}</td>
                  <td class="number">
                    {count(pool.busy)} of {count(pool.concurrency)}
                  </td>
                  <td>
                    <Time at={pool.startedAt} />
                  </td>
                  <td>
                    <Badge kind={now - pool.heartbeatAt > LATE ? 'bad' : 'good'}>
                      {now - pool.heartbeatAt > LATE ? 'late' : 'alive'}
                    </Badge>{' '}
                    <Time at={pool.heartbeatAt} />
                  </td>
                  <td class="names">{pool.jobNames.join(', ')}</td>
                </tr>
              ))}
            </Table>
          )}
        </>
      )}
    </>
  );
}
