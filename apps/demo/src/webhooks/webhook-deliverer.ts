import { Injectable } from '@nestjs/common';
import { JobHandler, type Job } from '@nestcraft/work';
import type { JobContext } from '../job-context.js';

/** Arguments of `deliver_webhook`. */
export interface Webhook {
  readonly url: string;
  readonly payload: unknown;
}

@Injectable()
export class WebhookDeliverer {
  /** Fails unless the response is 2xx. The short backoff lets you watch the job retry and die. */
  @JobHandler('deliver_webhook', { maxFails: 3, backoff: () => '1s', timeout: '10s' })
  async deliver(job: Job<Webhook>, context: JobContext): Promise<void> {
    const { url, payload } = job.args;
    const response = await this.post(job, url, payload);
    if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}`);
    context.note(`${url} answered ${response.status}`);
  }

  private async post(
    { id, signal }: Job<Webhook>,
    url: string,
    payload: unknown,
  ): Promise<Response> {
    try {
      return await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': id },
        body: JSON.stringify(payload),
        signal,
      });
    } catch (error) {
      // fetch itself reports only that it failed; its cause has the reason.
      const { cause } = error as Error;
      const reason = cause instanceof Error ? cause.message || cause.name : String(error);
      throw new Error(`cannot reach ${url}: ${reason}`, { cause: error });
    }
  }
}
