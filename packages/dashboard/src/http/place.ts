import type { DashboardRequest } from '../options/dashboard-options.js';
import { Problem } from './problem.js';

/** The properties of an Express or Fastify request beyond those in the dashboard's options. */
export interface HttpRequest extends DashboardRequest {
  /** The URL as it was sent, if `url` is relative to a mount. */
  readonly originalUrl?: string;
  readonly body?: unknown;
  /** The matched pattern, in Express's and Fastify's form. */
  readonly route?: { readonly path?: string };
  readonly routeOptions?: { readonly url?: string };
}

/** The target of a request, below the dashboard's path. */
export interface Place {
  /** The dashboard's own path as the client sees it, without a trailing slash. */
  readonly base: string;
  /** The segments below it, as they were sent; empty for the dashboard's path itself. */
  readonly segments: readonly string[];
  readonly hasSlashAtEnd: boolean;
  readonly query: URLSearchParams;
}

/**
 * Parses the address itself: Express and Fastify decode names that contain a slash or exceed 100 characters
 * differently.
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
 * Decodes a segment of a path. Browsers remove `.` and `..` from paths, however they are encoded. These names are
 * therefore sent with a leading `~`, and names that already look like that with one more.
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
