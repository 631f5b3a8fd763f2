import { InvalidOptionError } from '@nestcraft/work';
import type { DashboardRequest } from '../options/dashboard-options.js';
import { Problem } from '../http/problem.js';

/**
 * Refuses forged requests, which a page of another site makes a browser send (CSRF). Browsers declare the origin of a
 * request in Sec-Fetch-Site or, over plain http, in Origin. The body must be JSON and the dashboard's own header must
 * be present: no form or link can send these.
 */
export class CsrfCheck {
  /** @param origins as returned by `originsOf`; `undefined` for the origin in the header Host */
  constructor(private readonly origins: readonly string[] | undefined) {}

  /** Checks a request that makes a change. @throws Problem if it does not come from the dashboard */
  assertOwn({ headers }: DashboardRequest): void {
    const header = (name: string): string => String(headers[name] ?? '');
    const site = header('sec-fetch-site');
    const isOwn =
      (site === '' || site === 'same-origin') &&
      this.isOwnOrigin(header('origin'), { site, host: header('host') });
    const isJson = /^application\/json\b/i.test(header('content-type'));
    if (isOwn && isJson && header('x-nestcraft') === '1') return;
    throw new Problem(
      403,
      'cross_site',
      'The request does not come from the dashboard itself: it needs Content-Type application/json, the header X-Nestcraft: 1, and the same origin. Behind a proxy that changes the header Host, WorkDashboardModule.forRoot needs the option "origin".',
    );
  }

  private isOwnOrigin(origin: string, { site, host }: { site: string; host: string }): boolean {
    // Programs such as curl send no Origin; browsers send it with every request that makes a change.
    if (origin === '') return true;
    if (this.origins) return this.origins.includes(origin);
    return site !== '' || hostOf(origin) === host;
  }
}

/**
 * Checks a request that only reads: a page of another site must neither cause work on the server nor make the browser
 * save the response.
 *
 * @throws Problem if it comes from another site
 */
export function assertNotCrossSite({ headers }: DashboardRequest): void {
  if (headers['sec-fetch-site'] !== 'cross-site') return;
  throw new Problem(
    403,
    'cross_site',
    'This request comes from a page of another site. Open the dashboard itself.',
  );
}

/** Reads the option `origin`. @throws InvalidOptionError for a string that is not an origin */
export function originsOf(
  origin: string | readonly string[] | undefined,
): readonly string[] | undefined {
  return origin === undefined ? undefined : [origin].flat().map(originOf);
}

function originOf(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isBare = url?.pathname === '/' && url.search === '' && url.hash === '';
  if (url && isBare && /^https?:$/.test(url.protocol)) return url.origin;
  throw new InvalidOptionError('origin', value, 'an origin, such as https://jobs.example.com');
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
