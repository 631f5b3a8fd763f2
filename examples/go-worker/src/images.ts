import { Injectable, Logger } from '@nestjs/common';
import { Enqueuer, JobHandler, type JobOf } from '@nestcraft/work';
import { ImageResized, ResizeImage } from './jobs.js';

@Injectable()
export class Images {
  readonly #logger = new Logger(Images.name);

  constructor(private readonly enqueuer: Enqueuer) {}

  /** Enqueues a job that the Go worker runs. */
  async resize(image: string, width: number): Promise<void> {
    await this.enqueuer.enqueue(ResizeImage, { image, width });
  }

  /** Runs a job that the Go worker has enqueued. */
  @JobHandler(ImageResized)
  announce({ args }: JobOf<typeof ImageResized>): void {
    this.#logger.log(`${args.image} has a width of ${args.width} now`);
  }
}
