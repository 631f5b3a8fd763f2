import { useQuery } from '@tanstack/preact-query';
import { Link } from 'wouter-preact';
import { get, type Schedule } from '../api';
import { absolute, count } from '../format';
import { Empty, Failure, Loading, Table, Time } from '../parts/basics';

export function PeriodicPage() {
  const { data, error } = useQuery({
    queryKey: ['periodic'],
    queryFn: () => get<{ schedules: Schedule[] }>('periodic'),
    refetchInterval: 15_000,
  });
  return (
    <>
      <h1>Periodic jobs</h1>
      {error && <Failure error={error} />}
      {!data && !error && <Loading />}
      {data?.schedules.length === 0 && (
        <Empty>
          No running pool registers a schedule. Go's pools may have some: they do not tell.
        </Empty>
      )}
      {data && data.schedules.length > 0 && (
        <Table
          caption="Periodic jobs"
          head={['Job', 'Schedule', 'Next', 'After that', 'Overlap', 'Missed', 'Pools']}
        >
          {data.schedules.map((schedule) => (
            <tr key={schedule.id}>
              <th scope="row">
                <Link href={`/queues/${encodeURIComponent(schedule.jobName)}`}>
                  {schedule.jobName}
                </Link>
              </th>
              <td>
                <code>{schedule.spec}</code>
              </td>
              <td>
                <Time at={schedule.next[0]} />
              </td>
              <td class="names">{schedule.next.slice(1, 4).map(absolute).join(', ')}</td>
              <td>{schedule.overlap}</td>
              <td>{schedule.missed}</td>
              <td class="number">{count(schedule.pools)}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
