import { useQuery } from '@tanstack/preact-query';
import { Link } from 'wouter-preact';
import { get, type Metrics, type Snapshot } from '../api';
import { count, duration, plural } from '../format';
import { useLive, useNow } from '../live';
import { Empty, Loading } from '../parts/basics';
import { queueHref } from '../words';
import { Charts } from './charts';

const LONG_WAIT = 60;
const LATE_BEAT = 10;

interface Attention {
  href: string;
  text: string;
}

export function Overview() {
  const { snapshot } = useLive();
  const { data: metrics } = useQuery({
    queryKey: ['metrics', '1h'],
    queryFn: () => get<Metrics>('metrics?range=1h'),
    refetchInterval: 15_000,
  });
  const now = useNow();
  if (!snapshot) {
    return (
      <>
        <h1>Overview</h1>
        <Loading />
      </>
    );
  }
  const { queues, pools, counts, busy } = snapshot;
  const waiting = queues.reduce((sum, queue) => sum + queue.count, 0);
  const oldest = Math.max(0, ...queues.map(({ latency }) => latency));
  const lastMinutes = metrics?.intervals.slice(-6, -1) ?? [];
  const perMinute = (kind: 'done' | 'failed') =>
    lastMinutes.length === 0
      ? '–'
      : count(
          Math.round(lastMinutes.reduce((sum, one) => sum + one[kind], 0) / lastMinutes.length),
        );
  const cards: [string, string, string][] = [
    ['Done / min', perMinute('done'), '/metrics'],
    ['Failed / min', perMinute('failed'), '/metrics'],
    ['Waiting', count(waiting), '/queues'],
    ['Running', count(busy), '/workers'],
    ['Oldest wait', duration(oldest), '/queues'],
    ['Retries', count(counts.retry), '/jobs/retry'],
    ['Dead', count(counts.dead), '/jobs/dead'],
    ['Pools', count(pools.length), '/workers'],
  ];
  const attention = whatNeedsAttention(snapshot, now);
  return (
    <>
      <h1>Overview</h1>
      <ul class="cards">
        {cards.map(([label, value, href]) => (
          <li key={label}>
            <Link href={href}>
              <span class="label">{label}</span>
              <span class="value">{value}</span>
            </Link>
          </li>
        ))}
      </ul>
      <h2>Needs attention</h2>
      {attention.length === 0 ? (
        <Empty>Nothing. All queues are served.</Empty>
      ) : (
        <ul class="attention">
          {attention.map(({ href, text }) => (
            <li key={text}>
              <Link href={href}>{text}</Link>
            </li>
          ))}
        </ul>
      )}
      {metrics && <Charts metrics={metrics} />}
    </>
  );
}

function whatNeedsAttention({ queues, pools }: Snapshot, now: number): Attention[] {
  const found: Attention[] = [];
  for (const queue of queues) {
    const href = queueHref(queue.jobName);
    const say = (text: string) => found.push({ href, text: `${queue.jobName}: ${text}` });
    if (queue.count > 0 && queue.pools === 0)
      say(`${plural(queue.count, 'job')} waiting, and no pool runs them`);
    if (queue.count > 0 && queue.paused) say(`paused, with ${plural(queue.count, 'job')} waiting`);
    else if (queue.latency > LONG_WAIT && queue.pools > 0) {
      say(`the oldest job has waited for ${duration(queue.latency)}`);
    }
  }
  for (const pool of pools) {
    const age = now - pool.heartbeatAt;
    if (age > LATE_BEAT) {
      found.push({
        href: '/workers',
        text: `The pool on ${pool.host} (${pool.pid}) has not beaten for ${duration(age)}`,
      });
    }
  }
  return found;
}
