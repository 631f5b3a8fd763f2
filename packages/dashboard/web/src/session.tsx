import { useQuery } from '@tanstack/preact-query';
import { get, type Action, type Session } from './api';
import { ENDPOINTS } from './endpoints';

const RETRY = 5_000;

/** Loads the user's permissions; the server checks them again. */
export function useSession() {
  const { data } = useQuery({
    queryKey: ['me'],
    queryFn: () => get<Session>(ENDPOINTS.me),
    staleTime: 60_000,
    // No actions are offered until it is known.
    refetchInterval: ({ state }) => (state.data ? false : RETRY),
  });
  return {
    may: (action: Action): boolean => data?.actions.includes(action) ?? false,
    readOnly: data?.readOnly ?? false,
    namespace: data?.namespace ?? '',
  };
}
