import type { Queue } from '../api';
import { failing, perMinute } from '../attention';
import { count, duration, share } from '../format';
import { Badge, Time } from '../parts/basics';
import { Bar } from '../parts/bar';
import { Name } from '../parts/name';
import { Sparkline } from '../parts/sparkline';
import type { Column } from '../parts/table';
import { useRates } from '../queries';
import { Link } from '../router';

// A larger share of failures is highlighted.
const TROUBLE = 0.05;

/** Returns the columns of a table of queues. */
export function useQueueColumns(): Column<Queue>[] {
  const rates = useRates();
  const rateOf = ({ jobName }: Queue) => rates?.get(jobName);
  return [
    {
      ...{ head: 'Name', kind: 'title' },
      cell: ({ jobName }) => (
        <Link to={{ page: 'queue', name: jobName }}>
          <Name text={jobName} />
        </Link>
      ),
      sort: ({ jobName }) => jobName,
    },
    { head: 'Waiting', kind: 'number', cell: (one) => count(one.count), sort: (one) => one.count },
    {
      ...{ head: 'Oldest wait', kind: 'number' },
      cell: (one) => (one.count > 0 ? duration(one.latency) : '–'),
      sort: (one) => one.latency,
    },
    {
      ...{ head: 'Running', kind: 'number' },
      cell: (one) => <RunningCell queue={one} />,
      sort: (one) => one.inProgress,
    },
    {
      ...{ head: 'Done / min', kind: 'number', minor: true },
      cell: (one) => (rates ? rounded(perMinute(rateOf(one))) : '–'),
      sort: (one) => perMinute(rateOf(one)),
    },
    {
      ...{ head: 'Last 30 min', minor: true },
      cell: (one) =>
        rates ? (
          <Sparkline
            values={rateOf(one)?.done ?? Array<number>(30).fill(0)}
            what="Done in each of the last 30 minutes"
          />
        ) : (
          '–'
        ),
    },
    {
      ...{ head: 'Failing', kind: 'number' },
      cell: (one) => {
        const part = failing(rateOf(one));
        return <span class={part > TROUBLE ? 'error' : ''}>{share(part)}</span>;
      },
      sort: (one) => failing(rateOf(one)),
    },
    {
      ...{ head: 'Pools', kind: 'number', minor: true },
      cell: (one) => count(one.pools),
      sort: (one) => one.pools,
    },
    { head: 'State', cell: (one) => <QueueState queue={one} /> },
  ];
}

function RunningCell({ queue: { inProgress, maxConcurrency } }: { queue: Queue }) {
  if (maxConcurrency === 0) return <>{count(inProgress)}</>;
  return (
    <>
      {count(inProgress)} / {count(maxConcurrency)}
      <Bar part={inProgress} whole={maxConcurrency} />
    </>
  );
}

function rounded(value: number): string {
  return count(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
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
  if (queue.pools > 0) return <Badge kind="good">served</Badge>;
  return <Badge kind={queue.count > 0 ? 'bad' : 'warn'}>no pool</Badge>;
}
