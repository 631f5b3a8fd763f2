import { useQuery } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import { get, type Metrics } from '../api';
import { count, milliseconds } from '../format';
import { Empty, Failure, Loading, Table } from '../parts/basics';
import { Charts } from './overview';

const RANGES = ['1h', '6h', '24h', '7d', '30d'] as const;

export function MetricsPage() {
  const [range, setRange] = useState<string>('1h');
  const [name, setName] = useState('');
  const query = new URLSearchParams({ range, ...(name !== '' && { name }) });
  const { data, error } = useQuery({
    queryKey: ['metrics', range, name],
    queryFn: () => get<Metrics>(`metrics?${query}`),
    refetchInterval: 15_000,
  });
  return (
    <>
      <h1>Metrics</h1>
      <fieldset class="ranges">
        <legend class="hidden">How far back</legend>
        {RANGES.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="range"
              checked={one === range}
              onChange={() => setRange(one)}
            />{' '}
            {one}
          </label>
        ))}
      </fieldset>
      {name !== '' && (
        <p>
          Only <strong>{name}</strong>.{' '}
          <button type="button" onClick={() => setName('')}>
            Show all
          </button>
        </p>
      )}
      {error && <Failure error={error} />}
      {!data && !error && <Loading />}
      {data && <Charts metrics={data} />}
      {data?.jobs.length === 0 && <Empty>No job has run in this time.</Empty>}
      {data && data.jobs.length > 0 && (
        <Table
          caption="By job name"
          head={[
            'Job',
            'Done',
            'Failed',
            'Dead',
            'Time in all',
            'Run p50',
            'p95',
            'p99',
            'Wait p95',
          ]}
        >
          {data.jobs.map((job) => (
            <tr key={job.jobName}>
              <th scope="row">
                <button type="button" class="link" onClick={() => setName(job.jobName)}>
                  {job.jobName}
                </button>
              </th>
              <td class="number">{count(job.done)}</td>
              <td class="number">{count(job.failed)}</td>
              <td class="number">{count(job.dead)}</td>
              <td class="number">{milliseconds(job.time)}</td>
              <td class="number">{milliseconds(job.run.p50)}</td>
              <td class="number">{milliseconds(job.run.p95)}</td>
              <td class="number">{milliseconds(job.run.p99)}</td>
              <td class="number">{milliseconds(job.wait.p95)}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
