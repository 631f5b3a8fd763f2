// What the compilers leave to do: files that a package reads become part of its code, and a CommonJS build stands beside
// each ESM one.
import { buildCommonJs } from './commonjs.mjs';
import { embed } from './embed.mjs';

const PACKAGES = ['engine', 'work', 'dashboard', 'local-redis', 'memory-redis'];

await embed(
  'packages/engine/src/scripts/lua',
  'packages/engine/dist/scripts/lua-files.js',
  'luaFiles',
);
await embed('packages/dashboard/public', 'packages/dashboard/dist/page/page-files.js', 'pageFiles');
await Promise.all(PACKAGES.map((name) => buildCommonJs(`packages/${name}/dist`)));
