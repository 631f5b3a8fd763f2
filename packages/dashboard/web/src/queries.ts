import { useMemo } from 'preact/hooks';
import { useQuery } from '@tanstack/preact-query';
import { get, type Health, type Metrics, type Rate } from './api';
import { ENDPOINTS } from './endpoints';

const SLOWLY = 15_000;

/** Loads the activity of the last hour, of all jobs or of one job name. */
export function useLastHour(name?: string) {
  return useQuery({
    queryKey: ['metrics', '1h', name ?? ''],
    queryFn: () => get<Metrics>(ENDPOINTS.metrics({ range: '1h', name })),
    refetchInterval: SLOWLY,
  });
}

/** Loads the rates of each job name for each of the last 30 minutes; `undefined` until they are known. */
export function useRates(): ReadonlyMap<string, Rate> | undefined {
  const { data } = useQuery({
    queryKey: ['rates'],
    queryFn: () => get<{ jobs: Rate[] }>(ENDPOINTS.rates),
    refetchInterval: SLOWLY,
  });
  return useMemo(() => data && new Map(data.jobs.map((rate) => [rate.jobName, rate])), [data]);
}

export function useHealth() {
  return useQuery({
    queryKey: ['health'],
    queryFn: () => get<Health>(ENDPOINTS.health),
    refetchInterval: SLOWLY,
  });
}
