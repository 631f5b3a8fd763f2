import { isReply, plainReply } from '../errors/redis-reply.js';
import { hideSecrets } from '../errors/secrets.js';

/** Reduces an error of ioredis to the message of Redis, without secrets, for callers and logs. */
export function tidy(error: Error): void {
  hideSecrets(error);
  if (!isReply(error)) return;
  const plain = plainReply(error.message);
  error.stack = error.stack?.replace(error.message, () => plain);
  error.message = plain;
}
