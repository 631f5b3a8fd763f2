import { Injectable } from '@nestjs/common';
import { LazyModuleLoader, ModulesContainer } from '@nestjs/core';
import { jobNamesOf } from '@nestcraft/engine';
import { errorLine } from '@nestcraft/engine/internal';
import { noteProvided } from '../decorators/decorations.js';
import { JobExplorer, type FoundHandler } from './job-explorer.js';
import { LostMethods } from './lost-methods.js';
import { afterEachLoad } from '../nest-internals/late-modules.js';
import { ProviderMethods } from '../nest-internals/provider-methods.js';
import { instanceNames, WorkInstance } from '../instance/work-instance.js';

/** Warns about decorated handlers that will never run. */
@Injectable()
export class HandlerLosses {
  private readonly told = new Set<string>();

  constructor(
    private readonly instance: WorkInstance,
    private readonly explorer: JobExplorer,
    private readonly methods: ProviderMethods,
    private readonly lost: LostMethods,
    private readonly modules: ModulesContainer,
    private readonly lazyModules: LazyModuleLoader,
  ) {}

  /** Warns about handlers that are already lost, and about handlers that are loaded after the pool has started. */
  watch(): void {
    for (const prototype of this.methods.prototypes()) noteProvided(prototype);
    // Only one of several instances needs to warn.
    if (instanceNames(this.modules)[0] === this.instance.name) this.warnOfLost();
    afterEachLoad(this.lazyModules, () => this.warnOfLate());
  }

  private warnOfLost(): void {
    const handled = this.explorer.find().flatMap((found) => jobNamesOfHandler(found));
    for (const sentence of this.lost.find(new Set(handled))) this.warn(sentence);
  }

  private warnOfLate(): void {
    try {
      for (const found of this.explorer.find()) {
        if (found.options.instance === this.instance.name) this.warnIfLate(found);
      }
    } catch (error) {
      this.warn(`Handlers of a module that was loaded late are ignored: ${errorLine(error)}`);
    }
  }

  private warnIfLate(found: FoundHandler): void {
    const { catalog } = this.instance;
    const known = new Set(catalog.names());
    if (jobNamesOfHandler(found).every((name) => known.has(name))) return;
    catalog.noteLate(found);
    this.warn(
      `@JobHandler("${found.jobName}") on ${found.place} handles nothing: its module was loaded after the application had started. Import it in a module that is loaded at startup.`,
    );
  }

  private warn(sentence: string): void {
    if (this.told.has(sentence)) return;
    this.told.add(sentence);
    this.instance.logger.warn(sentence);
  }
}

function jobNamesOfHandler({ contract, jobName }: FoundHandler): readonly string[] {
  return jobNamesOf(contract ?? jobName);
}
