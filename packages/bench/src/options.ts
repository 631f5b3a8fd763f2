import { Command, InvalidArgumentError } from 'commander';
import { COMPETITORS } from './competitors.js';
import { WORKLOADS } from './workloads/index.js';

export interface Options {
  readonly jobs: number;
  readonly concurrency: readonly number[];
  readonly names: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly flow: number;
  readonly depth: number;
  readonly only: readonly string[];
  readonly competitors: readonly string[];
  readonly json?: string;
  readonly charts: boolean;
}

/** Reads the command line. Ends the process for `--help` and for an invalid option. */
export function readOptions(): Options {
  const workloads = WORKLOADS.map(({ name }) => name);
  const competitors = COMPETITORS.map(({ id }) => id);
  return new Command('npm run bench --')
    .description('Measures this project against its peers, in one run on one private Redis.')
    .option('--jobs <n>', 'maximum number of jobs of a measurement', positive, 100_000)
    .option('--concurrency <list>', 'jobs at once', positives, [1, 10, 20, 100, 500])
    .option('--names <list>', 'how many job names', positives, [1, 5])
    .option('--rounds <n>', 'rounds that count; a first one warms up', positive, 3)
    .option('--seconds <n>', 'how long a measurement may take; slow ones get fewer jobs', amount, 1)
    .option('--flow <n>', 'seconds of the steady flow', positive, 20)
    .option('--depth <n>', 'jobs in the deep queue', positive, 1_000_000)
    .option('--only <list>', `workloads: ${workloads.join(', ')}`, among(workloads), workloads)
    .option(
      '--competitors <list>',
      `competitors: ${competitors.join(', ')}`,
      among(competitors),
      competitors,
    )
    .option('--json <file>', 'also write the results to this file')
    .option('--charts', 'draw the results into packages/bench/charts', false)
    .addHelpText(
      'after',
      '\nLists are separated by commas. Workloads other than drain have concurrency 100 if that is listed, else the last one; and the last number of names. On a busy machine fewer than three rounds of a second say little.',
    )
    .parse()
    .opts<Options>();
}

function amount(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  }
  return value;
}

function positives(text: string): number[] {
  return text.split(',').map(positive);
}

function among(known: readonly string[]): (text: string) => string[] {
  return (text) => {
    const words = text.split(',');
    const unknown = words.find((word) => !known.includes(word));
    if (unknown === undefined) return words;
    throw new InvalidArgumentError(`"${unknown}" is none of ${known.join(', ')}.`);
  };
}
