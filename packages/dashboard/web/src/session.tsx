import { useQuery } from '@tanstack/preact-query';
import { get, type Action } from './api';

export interface Session {
  actions: Action[];
  readOnly: boolean;
}

/** What the user may do; the server checks it again. */
export function useSession(): { may: (action: Action) => boolean; readOnly: boolean } {
  const { data } = useQuery({ queryKey: ['me'], queryFn: () => get<Session>('me') });
  return {
    may: (action) => data?.actions.includes(action) ?? false,
    readOnly: data?.readOnly ?? false,
  };
}
