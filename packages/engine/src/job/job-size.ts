import { EnqueueRejectedError, JobTooLargeError } from '../errors/errors.js';

// Redis accepts at most 512 MiB at a time. A JavaScript string, into which ioredis converts a command, has a similar
// limit.
const MAX_SENT = 500 * 1024 * 1024;
// A UTF-16 unit takes at most this many bytes of UTF-8. An exact count would take a good part of the time needed to
// create a job.
const MAX_BYTES_OF_A_UNIT = 3;

/** Returns the maximum size of a text, in bytes. */
export function mostBytesOf(text: string): number {
  return text.length * MAX_BYTES_OF_A_UNIT;
}

/**
 * Returns the maximum size of a job's texts, in bytes.
 *
 * @throws EnqueueRejectedError if they are too large to send
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
