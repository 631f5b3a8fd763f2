import { Injectable } from '@nestjs/common';
import { Access } from './access.js';
import type { Asked } from './asked.js';
import { Audit } from './audit.js';
import { Problem } from '../http/problem.js';
import { Sender } from '../http/sender.js';

/** Passes a request to its route. */
@Injectable()
export class Dispatcher {
  constructor(
    private readonly access: Access,
    private readonly audit: Audit,
    private readonly sender: Sender,
  ) {}

  /**
   * @param next passes a request that matches no route of the dashboard on to the application's other routes; Express
   * only
   */
  async dispatch(request: object, response: unknown, next: unknown): Promise<void> {
    const asked = this.access.askedBy(request);
    if (asked) {
      this.sender.send(response, await this.answer(asked), asked.route.status);
    } else if (typeof next === 'function') {
      (next as () => void)();
    } else {
      throw new Problem(404, 'not_found', 'Page not found.');
    }
  }

  private answer(asked: Asked): Promise<unknown> {
    const answer = () => answerOf(asked);
    return asked.route.method === 'POST' ? this.audit.watch(asked, answer) : answer();
  }
}

/**
 * Answers a request. Fails closed: a user without the permission gets no answer, not even a report of what is wrong
 * with the request.
 */
async function answerOf(asked: Asked): Promise<unknown> {
  try {
    return await asked.route.handle(asked);
  } finally {
    if (asked.resources.length === 0) await asked.allow({});
  }
}
