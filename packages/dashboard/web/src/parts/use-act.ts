import { useQueryClient } from '@tanstack/preact-query';
import { post } from '../api';
import { messageOf } from '../problems';
import { useSay } from './confirm';

/** What became of one, or of each of several jobs. */
interface Answer {
  readonly result?: string;
  readonly results?: readonly string[];
}

/**
 * Has the server do something, says what came of it, and has the page read everything anew.
 *
 * @returns whether it was done
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
      // What was done to a job may have taken it from where it is shown.
      await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'job' });
      return true;
    } catch (error) {
      tell(messageOf(error));
      return false;
    }
  };
}
