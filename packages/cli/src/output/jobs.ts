import type { ShownEntry } from '@nestcraft/engine';
import { isoOf } from './time.js';

/** A job as `--json` shows it. */
export interface JobJson {
  readonly id: string;
  /** `null` for an entry that is not a job. */
  readonly name: string | null;
  readonly args: unknown;
  readonly fails: number;
  readonly lastError: string | null;
  readonly enqueuedAt: string | null;
  readonly failedAt: string | null;
  readonly unique: boolean;
  /** The exact entry in Redis. */
  readonly entry: string;
}

export function jobJson({ id, job, text }: ShownEntry): JobJson {
  return {
    id,
    name: job?.name ?? null,
    args: job?.args ?? null,
    fails: job?.fails ?? 0,
    lastError: job?.lastError ?? null,
    enqueuedAt: isoOf(job?.enqueuedAt),
    failedAt: isoOf(job?.failedAt),
    unique: job?.unique ?? false,
    entry: text,
  };
}

/** Returns the arguments of a job, or the text of an entry that is not one. */
export function argsText({ job, text }: ShownEntry): string {
  return job ? JSON.stringify(job.args) : text;
}

/** Returns the first line of a job's last error. */
export function errorText({ job }: ShownEntry): string {
  return job?.lastError?.split('\n')[0] ?? '';
}
