import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Enqueuer } from '@nestcraft/work';
import { z } from 'zod';
import { ValidationPipe } from '../validation.pipe.js';
import type { Webhook } from './webhook-deliverer.js';

const WebhookRequest = z.object({
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  payload: z.json().default({}),
});

@Controller('webhooks')
export class WebhooksController {
  constructor(private readonly enqueuer: Enqueuer) {}

  @Post()
  @HttpCode(202)
  async request(
    @Body(new ValidationPipe(WebhookRequest)) webhook: z.infer<typeof WebhookRequest>,
  ): Promise<{ jobId: string }> {
    const { id } = await this.enqueuer.enqueue<Webhook>('deliver_webhook', webhook);
    return { jobId: id };
  }
}
