import type { DashboardRequest } from '../options/dashboard-options.js';
import { Problem } from './problem.js';

/** What Express and Fastify tell of a request beside what the dashboard's options show. */
export interface HttpRequest extends DashboardRequest {
  /** As it was sent, where `url` is below a mount. */
  readonly originalUrl?: string;
  readonly body?: unknown;
  /** The pattern that it matched: Express's, and Fastify's. */
  readonly route?: { readonly path?: string };
  readonly routeOptions?: { readonly url?: string };
}

/** Where a request leads, below the dashboard's path. */
export interface Place {
  /** The dashboard's own path as the client sees it, without a slash at its end. */
  readonly base: string;
  /** What stands below it, as it was sent; empty for the dashboard's path itself. */
  readonly segments: readonly string[];
  readonly hasSlashAtEnd: boolean;
  readonly query: URLSearchParams;
}

/**
 * Reads the address itself: of names with a slash, or with more than 100 characters, Express and Fastify tell something
 * else each.
 */
export function placeOf(request: HttpRequest): Place {
  const [path = '', search = ''] = split(request.url);
  const pattern = request.routeOptions?.url ?? request.route?.path ?? '';
  const above = pattern
    .replace(/\/\*(path)?$/, '')
    .split('/')
    .filter(Boolean).length;
  const all = path.split('/').filter((segment, index) => index > 0 || segment !== '');
  const below = all.slice(above);
  const hasSlashAtEnd = below.at(-1) === '';
  const segments = hasSlashAtEnd ? below.slice(0, -1) : below;
  const sent = split(request.originalUrl ?? request.url)[0] ?? '';
  const base = sent.slice(0, sent.length - below.map((one) => `/${one}`).join('').length);
  return { base, segments, hasSlashAtEnd, query: new URLSearchParams(search) };
}

function split(url: string): string[] {
  const at = url.indexOf('?');
  return at < 0 ? [url] : [url.slice(0, at), url.slice(at + 1)];
}

/**
 * A segment of a path as a text. Browsers take `.` and `..` out of a path, however they are encoded; so these names are
 * sent with a `~` before them, and names that look like that with one more.
 *
 * @throws Problem
 */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment).replace(/^~(?=~*\.\.?$)/, '');
  } catch {
    throw new Problem(400, 'invalid', `"${segment}" in the path is not percent-encoded UTF-8.`);
  }
}
