import { execFile } from 'node:child_process';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const BUNDLE = fileURLToPath(new URL('./bundle.mjs', import.meta.url));

/** Bundles of one application, in folders that have nothing but what a bundler wrote. */
export interface Bundles {
  /** The folder of them all. */
  readonly folder: string;
  readonly mains: {
    readonly cjs: string;
    readonly esm: string;
    readonly webpack: string;
    /** It has no file for the heartbeat's thread beside it. */
    readonly alone: string;
  };
  /** Programs of one file that only enqueue. */
  readonly enqueuers: readonly string[];
}

/** Bundles a compiled application with esbuild, as CommonJS and as ESM, and with webpack. */
export async function bundle(app: string): Promise<Bundles> {
  const folder = await mkdtemp(join(tmpdir(), 'nestcraft-bundles-'));
  await promisify(execFile)('node', [BUNDLE, app, folder]);
  const cjs = join(folder, 'cjs/main.js');
  const alone = join(folder, 'alone/main.js');
  await cp(cjs, alone);
  return {
    folder,
    mains: {
      cjs,
      esm: join(folder, 'esm/main.mjs'),
      webpack: join(folder, 'webpack/main.js'),
      alone,
    },
    enqueuers: [join(folder, 'cjs/enqueue.js'), join(folder, 'esm/enqueue.mjs')],
  };
}
