import type { ComponentChildren } from 'preact';
import { Link } from '../router';

/** A link to a job is as old as the moment in which somebody copied it: says so, and how to find the job. */
export function Gone({
  id,
  was,
  children,
}: {
  id: string | undefined;
  /** What the job was doing when the link was made, such as `waiting`. */
  was: string;
  /** Where it may be looked for instead. */
  children?: ComponentChildren;
}) {
  // An entry without an id is named by its digest, which no search finds.
  const canSearch = id !== undefined && id !== '' && !id.startsWith('sha1:');
  return (
    <div class="gone" role="alert">
      <p>
        The job is no longer {was}. It has run, moved on or been deleted since this link was made.
      </p>
      <p class="buttons">
        {canSearch && (
          <Link class="button primary" to={{ page: 'search', q: id }}>
            Search for its id
          </Link>
        )}
        {children}
      </p>
    </div>
  );
}
