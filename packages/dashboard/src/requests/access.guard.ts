import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Access } from './access.js';
import type { HttpRequest } from '../http/place.js';

/** Checks each request to the dashboard with `Access`. It holds no state, because Nest may create guards repeatedly. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly access: Access) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.access.admit(context.switchToHttp().getRequest<HttpRequest>());
    return true;
  }
}
