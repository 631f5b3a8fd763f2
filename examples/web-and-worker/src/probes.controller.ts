import { Controller, Get } from '@nestjs/common';

/** Workers listen, too, so that an orchestrator can ask every process whether it is alive. */
@Controller()
export class ProbesController {
  @Get('live')
  live(): string {
    return 'ok';
  }
}
