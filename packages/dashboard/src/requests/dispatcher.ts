import { Injectable } from '@nestjs/common';
import { Access } from './access.js';
import type { Asked } from './asked.js';
import { Audit } from './audit.js';
import { Problem } from '../http/problem.js';
import { Sender } from '../http/sender.js';

/** Has the route of a request answer it. */
@Injectable()
export class Dispatcher {
  constructor(
    private readonly access: Access,
    private readonly audit: Audit,
    private readonly sender: Sender,
  ) {}

  /** @param next hands on to other routes of the application what is none of the dashboard's; Express has it */
  async dispatch(request: object, response: unknown, next: unknown): Promise<void> {
    const asked = this.access.askedBy(request);
    if (asked) {
      this.sender.send(response, await this.answer(asked), asked.route.status);
    } else if (typeof next === 'function') {
      (next as () => void)();
    } else {
      throw new Problem(404, 'not_found', 'The dashboard has no such page.');
    }
  }

  private answer(asked: Asked): Promise<unknown> {
    const answer = () => answerOf(asked);
    return asked.route.method === 'POST' ? this.audit.watch(asked, answer) : answer();
  }
}

/** Fails closed: nobody gets an answer, not even what is wrong with a request, who may not do at all what it asks for. */
async function answerOf(asked: Asked): Promise<unknown> {
  try {
    return await asked.route.handle(asked);
  } finally {
    if (asked.resources.length === 0) await asked.allow({});
  }
}
