import { Injectable } from '@nestjs/common';
import { Enqueuer } from '@nestcraft/work';

/** An order, and the arguments of the jobs about it. */
export interface Order {
  readonly id: number;
  readonly email: string;
}

@Injectable()
export class Orders {
  constructor(private readonly enqueuer: Enqueuer) {}

  /** Sends a receipt now, and asks for a review after two weeks. */
  async place(order: Order): Promise<void> {
    await this.enqueuer.enqueue('send_receipt', order);
    await this.enqueuer.enqueue('ask_for_review', order, { in: '14d' });
  }
}
