import { Module } from '@nestjs/common';
import { WorkModule } from '@nestcraft/work';
import { Images } from './images.js';

@Module({
  imports: [
    WorkModule.forRoot({
      redis: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379',
      namespace: process.env.NAMESPACE ?? 'go-worker', // the same as the Go worker's
      rescueUnknownJobs: true, // Go's requeuer declares jobs dead whose names it does not know
    }),
  ],
  providers: [Images],
})
export class AppModule {}
