import type { Bytes } from './bytes.js';
import { RedisError, Status, type Reply } from './reply.js';

const END = '\r\n';

/** Encodes a reply for the wire (RESP2). */
export function encodeReply(reply: Reply): Bytes {
  if (reply === null) return `$-1${END}`;
  if (typeof reply === 'string') return `$${reply.length}${END}${reply}${END}`;
  if (typeof reply === 'number' || typeof reply === 'bigint') return `:${reply}${END}`;
  if (reply instanceof Status) return `+${reply.text}${END}`;
  if (reply instanceof RedisError) return `-${reply.message.replace(/[\r\n]+/g, ' ')}${END}`;
  return `*${reply.length}${END}${reply.map(encodeReply).join('')}`;
}

/** Parses requests, each an array of bulk strings, from data that arrives in pieces. */
export class RequestReader {
  #pending: Bytes = '';
  #position = 0;

  /** @returns the requests that are now complete, each as a command's name and arguments */
  read(chunk: Buffer): Bytes[][] {
    this.#pending += chunk.toString('latin1');
    const requests: Bytes[][] = [];
    for (let request = this.#next(); request; request = this.#next()) requests.push(request);
    return requests;
  }

  /** Returns the next request; `undefined` if it is incomplete. */
  #next(): Bytes[] | undefined {
    this.#position = 0;
    const size = this.#length('*');
    const request: Bytes[] = [];
    while (size !== undefined && request.length < size) {
      const bulk = this.#bulk();
      if (bulk === undefined) return undefined;
      request.push(bulk);
    }
    if (size === undefined) return undefined;
    this.#pending = this.#pending.slice(this.#position);
    return request;
  }

  #bulk(): Bytes | undefined {
    const length = this.#length('$');
    if (length === undefined) return undefined;
    const start = this.#position;
    if (this.#pending.length < start + length + END.length) return undefined;
    this.#position = start + length + END.length;
    return this.#pending.slice(start, start + length);
  }

  #length(kind: '*' | '$'): number | undefined {
    const end = this.#pending.indexOf(END, this.#position);
    if (end === -1) return undefined;
    const line = this.#pending.slice(this.#position, end);
    if (!line.startsWith(kind)) throw new RedisError(`ERR Protocol error: expected '${kind}'`);
    this.#position = end + END.length;
    return Number(line.slice(1));
  }
}
