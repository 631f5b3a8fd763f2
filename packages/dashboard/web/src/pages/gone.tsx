import type { ComponentChildren } from 'preact';
import { Link } from '../router';

/** Explains that a link to a job may be out of date, and how to find the job. */
export function Gone({
  id,
  was,
  children,
}: {
  id: string | undefined;
  /** The job's state when the link was made, such as `waiting`. */
  was: string;
  /** Other places to look for it. */
  children?: ComponentChildren;
}) {
  // An entry without an id is identified by its digest, which cannot be searched for.
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
