import { Module, type DynamicModule } from '@nestjs/common';
import { overrideProvider, type JobFeature, type JobFeatureAsync } from './job-override.js';

/** Holds the options that `WorkModule.forFeature` was given; the instance finds them when the application starts. */
@Module({})
export class WorkFeatureModule {
  static of(features: readonly JobFeature[]): DynamicModule {
    return this.ofAsync(
      features.map(({ job, instance, ...options }) => ({
        job,
        instance,
        useFactory: () => options,
      })),
    );
  }

  static ofAsync(features: readonly JobFeatureAsync[]): DynamicModule {
    return {
      module: WorkFeatureModule,
      imports: features.flatMap(({ imports = [] }) => imports),
      providers: features.map(overrideProvider),
    };
  }
}
