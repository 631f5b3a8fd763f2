import { Controller, Get, Header, Param } from '@nestjs/common';
import { Outbox, type Mail } from './outbox.js';

@Controller('outbox')
export class OutboxController {
  constructor(private readonly outbox: Outbox) {}

  @Get()
  list(): Promise<Mail[]> {
    return this.outbox.list();
  }

  @Get(':file')
  @Header('content-type', 'message/rfc822')
  source(@Param('file') file: string): Promise<string> {
    return this.outbox.source(file);
  }
}
