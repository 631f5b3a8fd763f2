// Bundles an application that was compiled: node bundle.mjs <its folder> <where to>. A program of its own, because Jest
// loads webpack slowly, and with many warnings.
import { join } from 'node:path';
import { build } from 'esbuild';
import webpack from 'webpack';

const [, , app = '', out = ''] = process.argv;
const main = join(app, 'dist/main.js');
const enqueue = join(app, 'dist/enqueue.js');
const thread = { 'nestcraft-heartbeat': '@nestcraft/work/heartbeat' };

// Nest requires them where they are there. No package of ours is among them.
const OPTIONAL_FOR_NEST = [
  '@nestjs/microservices',
  '@nestjs/microservices/microservices-module',
  '@nestjs/websockets/socket-module',
  'class-transformer',
  'class-transformer/storage',
  'class-validator',
];
// An ESM bundle has what Nest and Express require of Node.
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

await Promise.all([
  withEsbuild({ format: 'cjs', outdir: join(out, 'cjs') }),
  withEsbuild({
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    banner: { js: REQUIRE },
    outdir: join(out, 'esm'),
  }),
  withWebpack({ path: join(out, 'webpack') }),
]);

/** @param {import('esbuild').BuildOptions} options */
async function withEsbuild(options) {
  await build({
    ...{ absWorkingDir: app, bundle: true, platform: 'node', external: OPTIONAL_FOR_NEST },
    entryPoints: { main, enqueue, ...thread },
    ...options,
  });
}

/**
 * @param {import('webpack').Configuration['output']} output
 * @returns {Promise<void>}
 */
function withWebpack(output) {
  const configuration = {
    context: app,
    entry: { main, ...thread },
    output,
    target: 'node',
    mode: /** @type {const} */ ('none'),
    externals: Object.fromEntries(OPTIONAL_FOR_NEST.map((name) => [name, `commonjs ${name}`])),
  };
  return new Promise((resolve, reject) => {
    webpack(configuration, (error, stats) => {
      if (!error && stats?.hasErrors() === false) resolve();
      else reject(error ?? new Error(stats?.toString('errors-only')));
    });
  });
}
