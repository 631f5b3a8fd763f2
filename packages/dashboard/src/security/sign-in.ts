import { Inject, Injectable, Logger } from '@nestjs/common';
import { errorLine, isThenable } from '@nestcraft/work/internal';
import type { WorkDashboardOptions } from '../options/dashboard-options.js';
import { WORK_DASHBOARD_OPTIONS } from '../options/dashboard.tokens.js';
import type { HttpRequest, Place } from '../http/place.js';

/** How an unknown user can sign in. */
export interface Invitation {
  readonly loginUrl?: string;
  /** The header `WWW-Authenticate`. */
  readonly challenge?: string;
}

/** Tells unknown users how to sign in. */
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

  /** Returns the sign-in address; `undefined` if none is configured or the function for it has failed. */
  private loginUrl(request: HttpRequest): string | undefined {
    const { loginUrl } = this.options;
    if (typeof loginUrl !== 'function') return loginUrl;
    try {
      const url: unknown = loginUrl(request);
      if (typeof url === 'string') return url;
      if (isThenable(url)) url.then(undefined, () => undefined); // prevents an unhandled rejection
      this.logger.error(`The option "loginUrl" has failed: it did not return a string.`);
    } catch (error) {
      this.logger.error(`The option "loginUrl" has failed: ${errorLine(error)}`);
    }
    return undefined;
  }
}

/** Percent-encodes every character that a header cannot contain: Fastify would end the process on one. */
function inHeader(url: string): string {
  return url.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent);
}
