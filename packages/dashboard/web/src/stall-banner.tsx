import type { Snapshot } from './api';
import { plural } from './format';
import { useLive } from './live';
import { Badge, Time } from './parts/basics';
import { Link, useRoute } from './router';
import { explanationOf, headOf } from './stalls';

// The others are on the page of the alerts. A phone shows only the first.
const SHOWN = 3;

/** Says on every page what stalls. The page of the alerts says it itself. */
export function StallBanner() {
  const { snapshot } = useLive();
  const route = useRoute();
  const number = snapshot?.stalling ?? 0;
  return (
    <>
      <p class="hidden" role="status">
        {number > 0 && `Alert: ${plural(number, 'stall')}`}
      </p>
      {snapshot && number > 0 && route?.page !== 'alerts' && <Banner snapshot={snapshot} />}
    </>
  );
}

function Banner({ snapshot: { stalls, stalling } }: { snapshot: Snapshot }) {
  return (
    <ul class="stalls" aria-label="Alerts">
      {stalls.slice(0, SHOWN).map((stall) => {
        const [label, to] = explanationOf(stall);
        return (
          <li key={`${stall.kind} ${stall.subject}`}>
            <Badge kind="bad">stalled</Badge>
            <span>
              <strong>{headOf(stall)}</strong>: {stall.text}
            </span>
            <span class="hint">
              <Time at={stall.since} />
            </span>
            <Link to={to} aria-label={label === 'Why?' ? `Why? ${headOf(stall)}` : undefined}>
              {label}
            </Link>
          </li>
        );
      })}
      {stalling > 1 && (
        <li class="more">
          <Link to={{ page: 'alerts' }}>Show all {plural(stalling, 'alert')}</Link>
        </li>
      )}
    </ul>
  );
}
