import type { ServerResponse } from 'node:http';
import { Controller, HttpCode, Param, Post, Res } from '@nestjs/common';

interface Answer {
  readonly status: number;
  /** In seconds. */
  readonly retryAfter?: number;
}

const ACCEPTED: Answer = { status: 204 };

/** Stands in for the servers of customers. Each name fails in its own way. */
@Controller('receiver')
export class ReceiverController {
  readonly #known = new Set<string>();
  #isRepaired = false;

  /** From now on, `broken` accepts events. */
  @Post('repair')
  @HttpCode(204)
  repair(): void {
    this.#isRepaired = true;
  }

  @Post(':name')
  receive(@Param('name') name: string, @Res() response: ServerResponse): void {
    const { status, retryAfter } = this.#answer(name);
    this.#known.add(name);
    if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
    response.writeHead(status).end();
  }

  #answer(name: string): Answer {
    const isFirst = !this.#known.has(name);
    switch (name) {
      case 'busy':
        return isFirst ? { status: 429, retryAfter: 2 } : ACCEPTED;
      case 'restarting':
        return isFirst ? { status: 503, retryAfter: 1 } : ACCEPTED;
      case 'gone':
        return { status: 410 };
      case 'broken':
        return this.#isRepaired ? ACCEPTED : { status: 500 };
      default:
        return ACCEPTED;
    }
  }
}
