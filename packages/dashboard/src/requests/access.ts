import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Asked } from './asked.js';
import type { WorkDashboardOptions } from '../options/dashboard-options.js';
import { WORK_DASHBOARD_OPTIONS } from '../options/dashboard.tokens.js';
import { Hosts } from '../security/hosts.js';
import { assertNotCrossSite, originsOf, CsrfCheck } from '../security/csrf-check.js';
import { CLOSED, Permissions } from '../security/permissions.js';
import { placeOf, type HttpRequest } from '../http/place.js';
import { Router } from './routes.js';

/**
 * Guards every route of the dashboard: checks the requested host, the user, and that the request comes from the
 * dashboard's own page. The routes check permissions themselves, because they know the resource.
 */
@Injectable()
export class Access implements OnModuleInit {
  private readonly asked = new WeakMap<object, Asked>();
  private readonly csrf: CsrfCheck;
  private readonly hosts: Hosts | undefined;

  /** @throws InvalidOptionError */
  constructor(
    @Inject(WORK_DASHBOARD_OPTIONS) private readonly options: WorkDashboardOptions,
    private readonly permissions: Permissions,
    private readonly router: Router,
  ) {
    const origins = originsOf(options.origin);
    this.csrf = new CsrfCheck(origins);
    if (origins || !options.authenticate) {
      this.hosts = new Hosts(origins ?? [], options.authenticate !== undefined);
    }
  }

  onModuleInit(): void {
    const { authenticate, insecureAllowAll = false } = this.options;
    const logger = new Logger('WorkDashboard');
    if (authenticate?.closed !== undefined) {
      logger.error(`The dashboard is closed: ${authenticate.closed}`);
    }
    if (authenticate) return;
    const openness =
      'The dashboard is open to everyone who can reach it under a name of this machine or an "origin": "insecureAllowAll" is true. To restrict access, pass the option "authenticate" to WorkDashboardModule.forRoot, such as basicAuth({ username, password }).';
    logger.warn(insecureAllowAll ? openness : CLOSED);
  }

  /**
   * Admits a request, including one that matches no route of the dashboard, which other handlers may answer.
   *
   * @throws Problem
   */
  async admit(request: HttpRequest): Promise<void> {
    const place = placeOf(request);
    const match = this.router.match(request.method, place);
    if (!match) return;
    this.hosts?.assertKnown(hostOf(request));
    if (!match.route.isPage) assertNotCrossSite(request);
    const user = await this.permissions.userOf(request);
    if (match.route.method === 'POST') this.csrf.assertOwn(request);
    this.asked.set(request, new Asked(request, place, match, user, this.permissions));
  }

  /** Returns the admitted request; `undefined` if it matches no route of the dashboard. */
  askedBy(request: object): Asked | undefined {
    return this.asked.get(request);
  }
}

function hostOf({ headers }: HttpRequest): string {
  return String(headers.host ?? headers[':authority'] ?? '');
}
