import type { Verdict } from './finding.js';
import type { ServerFacts } from './server-facts.js';

/** Judges one fact about a Redis server. Every check returns a verdict, whatever Redis reports. */
export type ServerCheck = (facts: ServerFacts) => Verdict;

/** The remedy where a server keeps a fact to itself. */
export const ASK_THE_PROVIDER =
  "Grant the Redis user INFO and CONFIG GET, or look it up in your provider's console.";
