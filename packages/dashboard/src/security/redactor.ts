import { Inject, Injectable, Logger } from '@nestjs/common';
import { errorLine, isThenable, optionRules } from '@nestcraft/work/internal';
import type { WorkDashboardOptions } from '../options/dashboard-options.js';
import { WORK_DASHBOARD_OPTIONS } from '../options/dashboard.tokens.js';

/** What `redactError` is asked about. */
export type ErrorKind = 'error' | 'backtrace' | 'checkin';

const FAILED = '(hidden: redact failed)';
const NO_JSON = '(hidden: arguments are redacted, and this is no JSON object)';

/** Takes secrets out of what is shown, as the options say. What they cannot deal with is hidden. */
@Injectable()
export class Redactor {
  private readonly logger = new Logger('WorkDashboard');
  private hasFailed = false;

  constructor(
    @Inject(WORK_DASHBOARD_OPTIONS)
    private readonly options: Pick<WorkDashboardOptions, 'redact' | 'redactError'>,
  ) {}

  /** Whether arguments are redacted at all: then what holds them as well is not shown. */
  get isOn(): boolean {
    return this.options.redact !== undefined;
  }

  /** Whether errors are redacted: then entries, which hold them, are not shown either. */
  get hasErrors(): boolean {
    return this.options.redactError !== undefined;
  }

  /** @param argsText JSON, or whatever else stands in its place; empty for none */
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
      if (isThenable(shown)) shown.then(undefined, () => undefined); // nobody else hears it fail
      this.fail(option, `it returned ${isThenable(shown) ? 'a promise' : typeof shown}`);
    } catch (error) {
      this.fail(option, errorLine(error));
    }
    return FAILED;
  }

  /** Once: a list has many jobs, and is asked for again and again. */
  private fail(option: string, reason: string): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    this.logger.error(
      `The option "${option}" has failed, so what it was to redact is hidden: ${reason}. It must return a string, for every job.`,
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
