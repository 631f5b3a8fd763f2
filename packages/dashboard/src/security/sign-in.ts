import { Inject, Injectable, Logger } from '@nestjs/common';
import { errorLine, isThenable } from '@nestcraft/work/internal';
import type { WorkDashboardOptions } from '../options/dashboard-options.js';
import { WORK_DASHBOARD_OPTIONS } from '../options/dashboard.tokens.js';
import type { HttpRequest, Place } from '../http/place.js';

/** How somebody who is not known can become so. */
export interface Invitation {
  readonly loginUrl?: string;
  /** The header `WWW-Authenticate`. */
  readonly challenge?: string;
}

/** Tells those who are not known how to sign in. */
@Injectable()
export class SignIn {
  private readonly logger = new Logger('WorkDashboard');

  constructor(@Inject(WORK_DASHBOARD_OPTIONS) private readonly options: WorkDashboardOptions) {}

  invite(request: HttpRequest, { base }: Place): Invitation {
    const { authenticate } = this.options;
    const url = this.loginUrl(request);
    if (url !== undefined) {
      return {
        loginUrl: inHeader(url.replaceAll('{returnTo}', encodeURIComponent(`${base}/app`))),
      };
    }
    return authenticate?.challenge === undefined ? {} : { challenge: authenticate.challenge };
  }

  /** `undefined` where there is none, or the function that tells it has failed. */
  private loginUrl(request: HttpRequest): string | undefined {
    const { loginUrl } = this.options;
    if (typeof loginUrl !== 'function') return loginUrl;
    try {
      const url: unknown = loginUrl(request);
      if (typeof url === 'string') return url;
      if (isThenable(url)) url.then(undefined, () => undefined); // nobody else hears it fail
      this.logger.error(`The option "loginUrl" has failed: it returned no string.`);
    } catch (error) {
      this.logger.error(`The option "loginUrl" has failed: ${errorLine(error)}`);
    }
    return undefined;
  }
}

/** With all percent-encoded that a header cannot hold: Fastify ends the process where it meets that. */
function inHeader(url: string): string {
  return url.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent);
}
