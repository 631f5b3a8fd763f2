import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadRequestException, type NestMiddleware } from '@nestjs/common';
import { currentTenant } from './current-tenant.js';

/** Reads the tenant of a request from its header. A real application reads it from a verified token. */
export class TenantMiddleware implements NestMiddleware {
  use({ headers }: IncomingMessage, _response: ServerResponse, next: () => void): void {
    const tenant = headers['x-tenant'];
    if (typeof tenant !== 'string') throw new BadRequestException('The header x-tenant is missing');
    currentTenant.run(tenant, next);
  }
}
