import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { JobHandler, type Job } from '@nestcraft/work';
import { stringify } from 'csv-stringify';
import { DEMO_OPTIONS, type DemoOptions } from '../demo-options.js';
import type { JobContext } from '../job-context.js';

/** Arguments of `export_report`. */
export interface ReportExport {
  readonly rows: number;
}

/** A report that is ready. */
export interface ExportFile {
  readonly file: string;
  readonly bytes: number;
}

const CHECKIN_ROWS = 500;
// Simulates the time that reading a report's data takes.
const READ_MILLISECONDS = 20;

@Injectable()
export class ReportExporter {
  constructor(@Inject(DEMO_OPTIONS) private readonly options: DemoOptions) {}

  /** Writes a CSV file named after the job: a second run after a crash writes the same file again. */
  @JobHandler('export_report', { maxFails: 3 })
  async export(job: Job<ReportExport>, context: JobContext): Promise<void> {
    const { exportsFolder } = this.options;
    await mkdir(exportsFolder, { recursive: true });
    const file = `${job.id}.csv`;
    const partial = join(exportsFolder, `${file}.part`);
    const csv = stringify({ header: true, columns: ['order', 'customer', 'cents'] });
    await pipeline(Readable.from(orders(job)), csv, createWriteStream(partial), {
      signal: job.signal,
    });
    await rename(partial, join(exportsFolder, file));
    context.note(`${job.args.rows} rows in ${file}`);
  }

  async list(): Promise<ExportFile[]> {
    return Promise.all(
      (await this.files()).map(async (file) => {
        const { size } = await stat(join(this.options.exportsFolder, file));
        return { file, bytes: size };
      }),
    );
  }

  /** @throws NotFoundException unless the file is in the list */
  async open(file: string): Promise<ReadStream> {
    if (!(await this.files()).includes(file)) {
      throw new NotFoundException(
        `Export "${file}" does not exist. GET /exports lists the exports.`,
      );
    }
    return createReadStream(join(this.options.exportsFolder, file));
  }

  private async files(): Promise<string[]> {
    const files = await readdir(this.options.exportsFolder).catch(() => []);
    return files.filter((file) => file.endsWith('.csv')).sort();
  }
}

/** Yields the rows of the report; the job checks in periodically. */
async function* orders(job: Job<ReportExport>): AsyncGenerator<Record<string, unknown>> {
  const { rows } = job.args;
  for (let row = 1; row <= rows; row++) {
    yield { order: row, customer: `customer ${row % 97}`, cents: (row * 7919) % 100_000 };
    if (row % CHECKIN_ROWS !== 0) continue;
    job.checkin(`row ${row} of ${rows}`);
    await sleep(READ_MILLISECONDS, undefined, { signal: job.signal });
  }
}
