import { useQueryClient } from '@tanstack/preact-query';
import { post } from '../api';
import { messageOf } from '../problems';
import { useSay } from './confirm';

/** The result for one job, or for each of several jobs. */
interface Answer {
  readonly result?: string;
  readonly results?: readonly string[];
}

/**
 * Returns a function that sends a change to the server, shows the result, and reloads the page's data.
 *
 * The function resolves to whether the change was made.
 */
export function useAct(): (
  path: string,
  body: object,
  say: string | ((answer: Answer) => string),
) => Promise<boolean> {
  const tell = useSay();
  const queries = useQueryClient();
  return async (path, body, say) => {
    try {
      const answer = await post<Answer | undefined>(path, body);
      tell(typeof say === 'string' ? say : say(answer ?? {}));
      // The change may have moved the job away from the page that shows it.
      await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'job' });
      return true;
    } catch (error) {
      tell(messageOf(error));
      return false;
    }
  };
}
