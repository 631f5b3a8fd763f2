import { useQuery } from '@tanstack/preact-query';
import { get, type LoggedStall, type Stall } from '../api';
import { ENDPOINTS } from '../endpoints';
import { count, duration } from '../format';
import { useLive } from '../live';
import { Badge, Empty, Failure, Loading, PageHead, Time } from '../parts/basics';
import { Link } from '../router';
import { explanationOf, headOf } from '../stalls';

const REFRESH = 15_000;

/** What stalls now, and what has stalled and recovered in the last days. */
export function AlertsPage() {
  const { snapshot } = useLive();
  return (
    <>
      <PageHead title="Alerts" />
      {!snapshot && <Loading rows={3} />}
      {snapshot?.stalling === 0 && <p class="calm">Nothing stalls, as far as pools watch it.</p>}
      {snapshot && snapshot.stalling > 0 && (
        <>
          <ul class="findings">
            {snapshot.stalls.map((stall) => (
              <Active key={`${stall.kind} ${stall.subject}`} stall={stall} />
            ))}
          </ul>
          {snapshot.stalling > snapshot.stalls.length && (
            <p class="hint">
              Shown: the {count(snapshot.stalls.length)} oldest of {count(snapshot.stalling)}.
            </p>
          )}
        </>
      )}
      <section>
        <h2>Recent alerts</h2>
        <Recent />
      </section>
    </>
  );
}

function Active({ stall }: { stall: Stall }) {
  const [label, to] = explanationOf(stall);
  return (
    <li class="bad">
      <Badge kind="bad">stalled</Badge> <strong>{headOf(stall)}</strong>: {stall.text}{' '}
      <span class="hint">
        <Time at={stall.since} />
      </span>
      <p class="remedy">
        {stall.remedy} <Link to={to}>{label}</Link>
      </p>
    </li>
  );
}

function Recent() {
  const { data, error } = useQuery({
    queryKey: ['alerts'],
    queryFn: () => get<{ stalls: LoggedStall[] }>(ENDPOINTS.alerts),
    refetchInterval: REFRESH,
  });
  if (error) return <Failure error={error} />;
  if (!data) return <Loading />;
  if (data.stalls.length === 0) {
    return (
      <Empty>
        No alert in the last days. Pools raise alerts about the fleet if their options{' '}
        <code>alerts</code> and <code>maxWaiting</code> ask for them.
      </Empty>
    );
  }
  return (
    <ul class="findings log">
      {data.stalls.map((stall, index) => (
        <Logged key={index} stall={stall} />
      ))}
    </ul>
  );
}

function Logged({ stall }: { stall: LoggedStall }) {
  const { since, recoveredAt, text } = stall;
  const tone = recoveredAt === undefined ? 'bad' : 'good';
  return (
    <li class={tone}>
      <Badge kind={tone}>{recoveredAt === undefined ? 'stalled' : 'recovered'}</Badge>{' '}
      <strong>{headOf(stall)}</strong>{' '}
      <span class="hint">
        <Time at={recoveredAt ?? since} />
        {recoveredAt !== undefined && `, after ${duration(recoveredAt - since)}`}
      </span>
      <p class="remedy">{text}</p>
    </li>
  );
}
