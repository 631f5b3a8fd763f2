import { useQuery } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { get, type Queue, type Rate } from '../api';
import { count, duration, share } from '../format';
import { useLive } from '../live';
import { Badge, Empty, Loading, Time } from '../parts/basics';
import { Sparkline } from '../parts/sparkline';
import { Table, type Column } from '../parts/table';
import { useAct } from '../parts/use-act';
import { useSession } from '../session';
import { queueHref } from '../words';

const RECENT = 5;

export function QueuesPage() {
  const { snapshot } = useLive();
  const [filter, setFilter] = useState('');
  const rates = useRates();
  const columns = useColumns(rates);
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
        <Table caption="Queues" columns={columns} rows={queues} keyOf={({ jobName }) => jobName} />
      )}
    </>
  );
}

function useRates(): ReadonlyMap<string, Rate> {
  const { data } = useQuery({
    queryKey: ['rates'],
    queryFn: () => get<{ jobs: Rate[] }>('rates'),
    refetchInterval: 15_000,
  });
  return new Map(data?.jobs.map((rate) => [rate.jobName, rate]));
}

function useColumns(rates: ReadonlyMap<string, Rate>): Column<Queue>[] {
  const perMinute = ({ jobName }: Queue) => recent(rates.get(jobName)).done / RECENT;
  const failing = ({ jobName }: Queue) => {
    const { done, failed } = recent(rates.get(jobName));
    return failed === 0 ? 0 : failed / (done + failed);
  };
  return [
    {
      head: 'Name',
      kind: 'title',
      cell: ({ jobName }) => <Link href={queueHref(jobName)}>{jobName}</Link>,
      sort: ({ jobName }) => jobName,
    },
    { head: 'Waiting', kind: 'number', cell: (one) => count(one.count), sort: (one) => one.count },
    {
      head: 'Oldest wait',
      kind: 'number',
      cell: (one) => (one.count > 0 ? duration(one.latency) : '–'),
      sort: (one) => one.latency,
    },
    {
      head: 'Running',
      kind: 'number',
      cell: ({ inProgress, maxConcurrency }) =>
        maxConcurrency > 0 ? `${count(inProgress)} of ${count(maxConcurrency)}` : count(inProgress),
      sort: (one) => one.inProgress,
    },
    {
      head: 'Done / min',
      kind: 'number',
      cell: (one) => {
        const values = rates.get(one.jobName)?.done;
        return (
          <>
            {rounded(perMinute(one))}{' '}
            {values && <Sparkline values={values} label="Done in each of the last 30 minutes" />}
          </>
        );
      },
      sort: perMinute,
    },
    { head: 'Failing', kind: 'number', cell: (one) => share(failing(one)), sort: failing },
    { head: 'Pools', kind: 'number', cell: (one) => count(one.pools), sort: (one) => one.pools },
    { head: 'State', cell: (one) => <QueueState queue={one} /> },
    { head: 'Actions', kind: 'actions', cell: (one) => <PauseSwitch queue={one} /> },
  ];
}

/** What happened in the last whole minutes. */
function recent(rate: Rate | undefined): { done: number; failed: number } {
  const sum = (values: number[] = []) => values.slice(-RECENT - 1, -1).reduce((a, b) => a + b, 0);
  return { done: sum(rate?.done), failed: sum(rate?.failed) };
}

function rounded(value: number): string {
  return count(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
}

function PauseSwitch({ queue: { jobName, paused } }: { queue: Queue }) {
  const { may } = useSession();
  const act = useAct();
  if (!may('pause')) return null;
  const path = `queues/${encodeURIComponent(jobName)}`;
  return paused ? (
    <button
      type="button"
      aria-label={`Resume ${jobName}`}
      onClick={() => void act(`${path}/unpause`, {}, `${jobName} runs again.`)}
    >
      Resume
    </button>
  ) : (
    <button
      type="button"
      aria-label={`Pause ${jobName}`}
      onClick={() => void act(`${path}/pause`, {}, `${jobName} is paused.`)}
    >
      Pause
    </button>
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
  if (queue.pools > 0) return <Badge kind="good">served</Badge>;
  return <Badge kind={queue.count > 0 ? 'bad' : 'warn'}>no pool</Badge>;
}
