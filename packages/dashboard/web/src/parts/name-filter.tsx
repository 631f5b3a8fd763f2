import { useLive } from '../live';

/** Selects one job name, or all. */
export function NameFilter({
  name,
  onName,
}: {
  name: string | undefined;
  onName: (name: string | undefined) => void;
}) {
  const queues = useLive().snapshot?.queues ?? [];
  const names = new Set([
    ...(name === undefined ? [] : [name]),
    ...queues.map(({ jobName }) => jobName),
  ]);
  return (
    <label>
      Name{' '}
      <select
        value={name ?? ''}
        onChange={(event) => onName(event.currentTarget.value || undefined)}
      >
        <option value="">all</option>
        {[...names].map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}
