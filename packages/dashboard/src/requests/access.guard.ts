import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Access } from './access.js';
import type { HttpRequest } from '../http/place.js';

/** Has `Access` look at each request to the dashboard. Nest makes guards anew, so that they have no state. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly access: Access) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.access.admit(context.switchToHttp().getRequest<HttpRequest>());
    return true;
  }
}
