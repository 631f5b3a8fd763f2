import { Module, type DynamicModule } from '@nestjs/common';
import {
  assertFeatures,
  overrideProvider,
  type JobFeature,
  type JobFeatureAsync,
} from './job-override.js';

/** Holds the options that `WorkModule.forFeature` was given; the instance finds them when the application starts. */
@Module({})
export class WorkFeatureModule {
  /** @throws InvalidOptionError */
  static of(features: readonly JobFeature[]): DynamicModule {
    assertFeatures('WorkModule.forFeature', features, false);
    return this.moduleOf(
      features.map(({ job, instance, ...options }) => ({
        job,
        instance,
        useFactory: () => options,
      })),
    );
  }

  /** @throws InvalidOptionError */
  static ofAsync(features: readonly JobFeatureAsync[]): DynamicModule {
    assertFeatures('WorkModule.forFeatureAsync', features, true);
    return this.moduleOf(features);
  }

  private static moduleOf(features: readonly JobFeatureAsync[]): DynamicModule {
    return {
      module: WorkFeatureModule,
      imports: features.flatMap(({ imports = [] }) => imports),
      providers: features.map(overrideProvider),
    };
  }
}
