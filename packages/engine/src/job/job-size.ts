import { EnqueueRejectedError, JobTooLargeError } from '../errors/errors.js';

// Redis takes 512 MiB in one piece, and a string of JavaScript, which ioredis makes of a command, holds as much.
const MAX_SENT = 500 * 1024 * 1024;
// A UTF-16 unit takes no more bytes as UTF-8. To count them exactly would cost a good part of what it costs to make a job.
const MAX_BYTES_OF_A_UNIT = 3;

/** How many bytes a text has at most. */
export function mostBytesOf(text: string): number {
  return text.length * MAX_BYTES_OF_A_UNIT;
}

/**
 * How many bytes the texts that make up a job have at most.
 *
 * @throws EnqueueRejectedError if that is more than can be sent
 */
export function sizeOf(jobName: string, texts: readonly string[], maxSent = MAX_SENT): number {
  let most = 0;
  for (const text of texts) most += mostBytesOf(text);
  if (most > maxSent) assertSendable(jobName, texts, maxSent);
  return most;
}

function assertSendable(jobName: string, texts: readonly string[], most: number): void {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > most) throw new EnqueueRejectedError([jobName], new JobTooLargeError(bytes, most));
}
