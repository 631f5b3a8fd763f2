import {
  BadRequestException,
  Controller,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  ServiceUnavailableException,
} from '@nestjs/common';

/** A receiver of webhooks that refuses the first calls, to demonstrate retries. */
@Controller('flaky')
export class FlakyController {
  private readonly calls = new Map<string, { refused: number; accepted: number }>();

  /** Answers 503 to the first `fail` calls with this key (default 1), then 200. */
  @Post(':key')
  @HttpCode(200)
  receive(@Param('key') key: string, @Query('fail') fail = '1'): { accepted: number } {
    const failures = Number(fail);
    if (!Number.isInteger(failures) || failures < 0) {
      throw new BadRequestException('fail: must be a whole number, 0 or more');
    }
    const calls = this.callsOf(key);
    this.calls.set(key, calls);
    if (calls.refused < failures) {
      calls.refused++;
      throw new ServiceUnavailableException(`refused ${calls.refused} of ${failures}`);
    }
    calls.accepted++;
    return { accepted: calls.accepted };
  }

  @Get(':key')
  callsOf(@Param('key') key: string): { refused: number; accepted: number } {
    return this.calls.get(key) ?? { refused: 0, accepted: 0 };
  }
}
