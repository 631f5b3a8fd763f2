import { Injectable, Logger } from '@nestjs/common';
import { JobHandler, type JobOf } from '@nestcraft/work';
import { DeliverWebhook } from './deliver-webhook.js';
import { failureOf } from './outcome.js';

@Injectable()
export class WebhookDeliverer {
  readonly #logger = new Logger(WebhookDeliverer.name);

  /** Runs three times at most. The waits of one and two seconds are short, so that you can watch them. */
  @JobHandler(DeliverWebhook, {
    maxFails: 3,
    backoff: ({ fails }) => fails * 1_000,
    timeout: '10s',
  })
  async deliver({ id, args, signal }: JobOf<typeof DeliverWebhook>): Promise<void> {
    const response = await fetch(args.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify({ event: args.event }),
      signal,
    });
    const failure = failureOf(response);
    if (failure) throw failure;
    this.#logger.log(`Delivered ${args.event} to ${args.url}`);
  }
}
