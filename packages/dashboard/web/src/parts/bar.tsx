/** A bar that shows the used part of a whole; the numbers beside it repeat it. */
export function Bar({ part, whole }: { part: number; whole: number }) {
  const share = Math.min(1, whole > 0 ? part / whole : 0);
  return (
    <span class={`bar ${share >= 1 ? 'warn' : ''}`} aria-hidden="true">
      <svg viewBox="0 0 100 1" preserveAspectRatio="none">
        <rect width={100 * share} height="1" />
      </svg>
    </span>
  );
}
