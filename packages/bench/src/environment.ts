import { cpus, totalmem } from 'node:os';
import type { Competitor } from './competitors.js';
import { CompetitorProcess } from './host/competitor-process.js';
import type { RedisProbe } from './redis-probe.js';

/** The conditions of a run, in words. */
export interface Environment {
  readonly date: string;
  readonly machine: string;
  readonly versions: string;
  readonly command: string;
}

export async function environment(
  redis: RedisProbe,
  competitors: readonly Competitor[],
  goProgram: { readonly path: string; readonly goVersion: string } | undefined,
): Promise<Environment> {
  const processors = cpus();
  const go = goProgram ? [`Go ${goProgram.goVersion.replace(/^go/, '')}`] : [];
  const runtimes = [`Node ${process.versions.node}`, `Redis ${await redis.version()}`, ...go];
  const libraries = await Promise.all(
    competitors.map((competitor) => libraryOf(competitor, goProgram?.path)),
  );
  const memory = Math.round(totalmem() / 1024 ** 3);
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}, ${memory} GB`,
    versions: [...runtimes, ...libraries.filter((text) => text !== '')].join(', '),
    command: ['npm run bench', ...process.argv.slice(2)].join(' ').replace('bench -', 'bench -- -'),
  };
}

async function libraryOf(competitor: Competitor, goBinary: string | undefined): Promise<string> {
  if (competitor.id !== 'nestcraft' && competitor.can.has('nest')) return ''; // this project, too
  const child = new CompetitorProcess(competitor, goBinary);
  try {
    const { version } = await child.ask('about', null);
    return version === '' ? '' : `${competitor.title} ${version}`;
  } finally {
    child.end();
  }
}
