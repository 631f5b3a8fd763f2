import { Module, type DynamicModule } from '@nestjs/common';
import {
  assertConfigurations,
  configurationProvider,
  type AsyncJobConfiguration,
  type JobConfiguration,
} from './job-configuration.js';

/** Holds the options passed to `WorkModule.configureJobs`. The instance finds them when the application starts. */
@Module({})
export class JobConfigurationModule {
  /** @throws InvalidOptionError */
  static of(configurations: readonly JobConfiguration[]): DynamicModule {
    assertConfigurations('WorkModule.configureJobs', configurations, false);
    return this.moduleOf(
      configurations.map(({ job, instance, ...options }) => ({
        job,
        instance,
        useFactory: () => options,
      })),
    );
  }

  /** @throws InvalidOptionError */
  static ofAsync(configurations: readonly AsyncJobConfiguration[]): DynamicModule {
    assertConfigurations('WorkModule.configureJobsAsync', configurations, true);
    return this.moduleOf(configurations);
  }

  private static moduleOf(configurations: readonly AsyncJobConfiguration[]): DynamicModule {
    return {
      module: JobConfigurationModule,
      imports: configurations.flatMap(({ imports = [] }) => imports),
      providers: configurations.map(configurationProvider),
    };
  }
}
