import { useQuery } from '@tanstack/preact-query';
import { get, type Health } from '../api';
import { bytes, count } from '../format';
import { Badge, Empty, Failure, Loading } from '../parts/basics';

export function HealthPage() {
  const { data, error } = useQuery({
    queryKey: ['health'],
    queryFn: () => get<Health>('health'),
    refetchInterval: 15_000,
  });
  return (
    <>
      <h1>Health</h1>
      {error && <Failure error={error} />}
      {!data && !error && <Loading />}
      {data && (
        <>
          <h2>What endangers jobs</h2>
          {data.findings.length === 0 && <Empty>Nothing in the settings of Redis does.</Empty>}
          <ul class="findings">
            {data.findings.map(({ severity, what, remedy }) => (
              <li key={what}>
                <Badge kind={severity === 'danger' ? 'bad' : 'warn'}>{severity}</Badge> {what}
                <br />
                <code>{remedy}</code>
              </li>
            ))}
          </ul>
          <h2>What is not as it should be</h2>
          {data.integrity.length === 0 && (
            <Empty>Locks, pools, and the ends of the lists of jobs are in order.</Empty>
          )}
          <ul class="findings">
            {data.integrity.map(({ what, consequence, remedy }) => (
              <li key={what}>
                <Badge kind="warn">finding</Badge> {what}
                <br />
                {consequence} <strong>{remedy}</strong>
              </li>
            ))}
          </ul>
          <h2>Redis</h2>
          <dl class="facts">
            <dt>Version</dt>
            <dd>{data.version}</dd>
            <dt>Role</dt>
            <dd>{data.role}</dd>
            <dt>Memory</dt>
            <dd>
              {bytes(data.usedMemory)}
              {data.maxMemory > 0 ? ` of ${bytes(data.maxMemory)}` : ', without a limit'}
            </dd>
            <dt>Connections</dt>
            <dd>{count(data.clients)}</dd>
            <dt>Commands a second</dt>
            <dd>{count(data.operationsPerSecond)}</dd>
          </dl>
        </>
      )}
    </>
  );
}
