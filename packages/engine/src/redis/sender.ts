import type { Redis } from 'ioredis';
import type { CommandCall, ScriptCall } from './script.js';

/** Sends a call. Resolves to its raw reply. */
export type Sender<Call> = (redis: Redis, call: Call) => Promise<unknown>;

/** Sends a script by its digest. Redis may no longer have it. */
export const briefly: Sender<ScriptCall | CommandCall> = (redis, call) =>
  'script' in call
    ? redis.callBuffer('EVALSHA', call.script.sha, call.keys.length, ...call.keys, ...call.args)
    : redis.callBuffer(call.command, ...call.args);

/** Sends a script by its source. */
export const inFull: Sender<ScriptCall> = (redis, { script, keys, args }) =>
  redis.callBuffer('EVAL', script.lua, keys.length, ...keys, ...args);
