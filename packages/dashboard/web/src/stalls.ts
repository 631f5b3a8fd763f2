import type { Stall } from './api';
import type { Route } from './routes';

const KINDS: Readonly<Record<Stall['kind'], string>> = {
  ...{ fetch: 'Fetches', beat: 'Heartbeats', waiting: 'Waiting jobs', unhandled: 'No handler' },
  ...{ dead: 'Dead jobs', schedule: 'Late schedule' },
};

/** Returns the heading of a stall: what it is about, or its kind. */
export function headOf({ kind, subject }: Stall): string {
  return subject ?? KINDS[kind];
}

/** Returns the page that explains a stall, and its link. */
export function explanationOf({ kind, subject }: Stall): readonly [label: string, to: Route] {
  switch (kind) {
    case 'waiting':
    case 'unhandled':
      return [
        'Why?',
        subject === undefined ? { page: 'queues' } : { page: 'queue', name: subject },
      ];
    case 'dead':
      return ['Dead jobs', { page: 'jobs', set: 'dead' }];
    case 'schedule':
      return ['Periodic jobs', { page: 'periodic' }];
    default:
      return ['Pools', { page: 'pools' }];
  }
}
