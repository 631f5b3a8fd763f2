import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Enqueuer, type NewJob } from '@nestcraft/work';
import { DEMO_OPTIONS, type DemoOptions } from '../demo-options.js';

const EVERY = 1_000;

/** Enqueues some of the shop's jobs each second, so that the dashboard has data to show. */
@Injectable()
export class Traffic implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private second = 0;

  constructor(
    private readonly enqueuer: Enqueuer,
    @Inject(DEMO_OPTIONS) private readonly options: DemoOptions,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.options.traffic) return;
    this.timer = setInterval(() => {
      // No traffic while Redis is unreachable.
      this.enqueue(this.second++).catch(() => undefined);
    }, EVERY);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async enqueue(second: number): Promise<void> {
    const images = Array.from({ length: 1 + (second % 4) }, (_, i) => ({
      name: 'resize_image',
      args: { file: `upload-${second}-${i}.jpg`, width: 400 + ((second * 7 + i) % 9) * 150 },
    }));
    const jobs: NewJob[] = [
      ...images,
      ...every(3, second, { name: 'charge_card', args: { order: second, cents: 990 + second } }),
      ...every(25, second, { name: 'sync_stock', args: { items: 4_000 + (second % 5) * 1_000 } }),
      ...every(20, second, {
        name: 'remind_customer',
        args: { customer: `customer-${second}`, cart: ['tea', 'cup'] },
        options: { in: '15m' },
      }),
    ];
    await this.enqueuer.enqueueMany(jobs);
  }
}

function every(seconds: number, second: number, job: NewJob): NewJob[] {
  return second % seconds === 0 ? [job] : [];
}
