import { Injectable } from '@nestjs/common';
import { JobHandler, type Job } from '@nestcraft/work';
import { Mailer } from './mailer';
import type { Order } from './orders';

@Injectable()
export class OrderMails {
  constructor(private readonly mailer: Mailer) {}

  @JobHandler('send_receipt')
  async sendReceipt({ args }: Job<Order>): Promise<void> {
    await this.mailer.send(args.email, `Receipt of order ${args.id}`);
  }

  @JobHandler('ask_for_review')
  async askForReview({ args }: Job<Order>): Promise<void> {
    await this.mailer.send(args.email, `How was order ${args.id}?`);
  }
}
