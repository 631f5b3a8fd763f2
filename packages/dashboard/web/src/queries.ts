import { useQuery } from '@tanstack/preact-query';
import { get, type Health, type Metrics, type Rate } from './api';

const SLOWLY = 15_000;

/** What the workers did in the last hour, or of one job name. */
export function useLastHour(name?: string) {
  return useQuery({
    queryKey: ['metrics', '1h', name ?? ''],
    queryFn: () =>
      get<Metrics>(`metrics?${new URLSearchParams({ range: '1h', ...(name && { name }) })}`),
    refetchInterval: SLOWLY,
  });
}

/** What each job name did in each of the last 30 minutes. */
export function useRates(): ReadonlyMap<string, Rate> {
  const { data } = useQuery({
    queryKey: ['rates'],
    queryFn: () => get<{ jobs: Rate[] }>('rates'),
    refetchInterval: SLOWLY,
  });
  return new Map(data?.jobs.map((rate) => [rate.jobName, rate]));
}

export function useHealth() {
  return useQuery({
    queryKey: ['health'],
    queryFn: () => get<Health>('health'),
    refetchInterval: SLOWLY,
  });
}
