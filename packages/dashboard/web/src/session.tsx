import { useQuery } from '@tanstack/preact-query';
import { get, type Action, type Session } from './api';
import { ENDPOINTS } from './endpoints';

const RETRY = 5_000;

/** What the user may do; the server checks it again. */
export function useSession() {
  const { data } = useQuery({
    queryKey: ['me'],
    queryFn: () => get<Session>(ENDPOINTS.me),
    staleTime: 60_000,
    // Until it is known, nothing can be done.
    refetchInterval: ({ state }) => (state.data ? false : RETRY),
  });
  return {
    may: (action: Action): boolean => data?.actions.includes(action) ?? false,
    readOnly: data?.readOnly ?? false,
    namespace: data?.namespace ?? '',
  };
}
