import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { count, duration } from '../format';
import { useLive } from '../live';
import { Badge, Empty, Loading, Table, Time } from '../parts/basics';
import type { Queue } from '../api';

export function QueuesPage() {
  const { snapshot } = useLive();
  const [filter, setFilter] = useState('');
  const queues = snapshot?.queues.filter(({ jobName }) => jobName.includes(filter));
  return (
    <>
      <h1>Queues</h1>
      <label class="filter">
        Name contains{' '}
        <input
          type="search"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </label>
      {!queues && <Loading />}
      {queues?.length === 0 && (
        <Empty>
          {filter === ''
            ? 'No job was ever enqueued in this namespace. Enqueue one, and it shows here.'
            : 'No queue has such a name.'}
        </Empty>
      )}
      {queues && queues.length > 0 && (
        <Table
          caption="Queues"
          head={['Name', 'Waiting', 'Oldest wait', 'Running', 'Limit', 'Pools', 'State']}
        >
          {queues.map((queue) => (
            <tr key={queue.jobName}>
              <th scope="row">
                <Link href={`/queues/${encodeURIComponent(queue.jobName)}`}>{queue.jobName}</Link>
              </th>
              <td class="number">{count(queue.count)}</td>
              <td class="number">{queue.count > 0 ? duration(queue.latency) : '–'}</td>
              <td class="number">{count(queue.inProgress)}</td>
              <td class="number">{queue.maxConcurrency > 0 ? count(queue.maxConcurrency) : '–'}</td>
              <td class="number">{count(queue.pools)}</td>
              <td>
                <QueueState queue={queue} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

export function QueueState({ queue }: { queue: Queue }) {
  if (queue.paused) {
    return (
      <Badge kind="warn">
        paused
        {queue.pausedUntil !== undefined && (
          <>
            , ends <Time at={queue.pausedUntil} />
          </>
        )}
      </Badge>
    );
  }
  if (queue.count > 0 && queue.pools === 0) return <Badge kind="bad">no pool</Badge>;
  return <Badge kind="good">served</Badge>;
}
