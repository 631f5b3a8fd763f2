import { Inject, Injectable } from '@nestjs/common';
import type { WorkDashboardOptions } from './dashboard-options.js';
import { WORK_DASHBOARD_OPTIONS } from './dashboard.tokens.js';
import type { HttpRequest, Place } from './place.js';

/** How somebody who is not known can become so. */
export interface Invitation {
  readonly loginUrl?: string;
  /** The header `WWW-Authenticate`. */
  readonly challenge?: string;
}

/** Tells those who are not known how to sign in. */
@Injectable()
export class SignIn {
  constructor(@Inject(WORK_DASHBOARD_OPTIONS) private readonly options: WorkDashboardOptions) {}

  invite(request: HttpRequest, { base }: Place): Invitation {
    const { loginUrl, authenticate } = this.options;
    if (loginUrl !== undefined) {
      const url = typeof loginUrl === 'string' ? loginUrl : loginUrl(request);
      return { loginUrl: url.replaceAll('{returnTo}', encodeURIComponent(`${base}/app`)) };
    }
    return authenticate?.challenge === undefined ? {} : { challenge: authenticate.challenge };
  }
}
