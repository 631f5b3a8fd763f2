/** How much there is for the dashboard to show. */
export interface Scale {
  /** Waiting jobs, and as many dead ones. */
  readonly jobs: number;
  readonly names: number;
  readonly pools: number;
}

export const NAMESPACE = 'scale';
export const WORKERS_OF_A_POOL = 10;
/** Retry and scheduled jobs, each. */
export const LATER = 10_000;

export function nameOf(index: number): string {
  return `job_type_${index}`;
}

export function namesOf({ names }: Scale): string[] {
  return Array.from({ length: names }, (_, index) => nameOf(index));
}

export function poolIdOf(index: number): string {
  return `pool${index}`;
}
