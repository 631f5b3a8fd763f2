import { Inject, Injectable, Logger } from '@nestjs/common';
import { errorLine, isThenable, optionRules } from '@nestcraft/work/internal';
import type { WorkDashboardOptions } from '../options/dashboard-options.js';
import { WORK_DASHBOARD_OPTIONS } from '../options/dashboard.tokens.js';

/** The kinds of text that `redactError` receives. */
export type ErrorKind = 'error' | 'backtrace' | 'checkin';

const FAILED = '(hidden: redact failed)';
const NO_JSON = '(hidden: arguments are redacted, and this is not a JSON object)';

/** Removes secrets from shown data according to the options. Data that they cannot handle is hidden. */
@Injectable()
export class Redactor {
  private readonly logger = new Logger('WorkDashboard');
  private hasFailed = false;

  constructor(
    @Inject(WORK_DASHBOARD_OPTIONS)
    private readonly options: Pick<WorkDashboardOptions, 'redact' | 'redactError'>,
  ) {}

  /** Whether arguments are redacted. If so, other data that contains them is not shown. */
  get isOn(): boolean {
    return this.options.redact !== undefined;
  }

  /** Whether errors are redacted. If so, entries, which contain them, are not shown either. */
  get hasErrors(): boolean {
    return this.options.redactError !== undefined;
  }

  /** @param argsText JSON, or any other text in its place; empty for none */
  args(name: string, argsText: string): string {
    const { redact } = this.options;
    if (!redact || argsText === '' || argsText === 'null') return argsText;
    if (!isObjectText(argsText)) return NO_JSON;
    return this.safely('redact', () => redact({ name, argsText }));
  }

  error(name: string, kind: ErrorKind, text: string): string {
    const { redactError } = this.options;
    if (!redactError || text === '') return text;
    return this.safely('redactError', () => redactError({ name, kind, text }));
  }

  private safely(option: string, redact: () => unknown): string {
    try {
      const shown = redact();
      if (typeof shown === 'string') return shown;
      if (isThenable(shown)) shown.then(undefined, () => undefined); // prevents an unhandled rejection
      this.fail(option, `it returned ${isThenable(shown) ? 'a promise' : typeof shown}`);
    } catch (error) {
      this.fail(option, errorLine(error));
    }
    return FAILED;
  }

  /** Logs a failure once: lists have many jobs and are read repeatedly. */
  private fail(option: string, reason: string): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    this.logger.error(
      `The option "${option}" has failed, so the data that it should redact is hidden: ${reason}. It must return a string for every job.`,
    );
  }
}

function isObjectText(text: string): boolean {
  try {
    return optionRules.isRecord(JSON.parse(text));
  } catch {
    return false;
  }
}
