import { useQuery } from '@tanstack/preact-query';
import { get, type Action } from './api';

interface Session {
  actions: Action[];
  readOnly: boolean;
  namespace: string;
}

/** What the user may do; the server checks it again. */
export function useSession() {
  const { data } = useQuery({
    queryKey: ['me'],
    queryFn: () => get<Session>('me'),
    staleTime: 60_000,
  });
  return {
    may: (action: Action): boolean => data?.actions.includes(action) ?? false,
    readOnly: data?.readOnly ?? false,
    namespace: data?.namespace ?? '',
  };
}
