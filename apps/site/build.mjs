// Builds the documentation site into `dist`, from the repository's own pages and docstrings: `npm run docs`.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';
import { stageApi } from './src/api.mjs';
import { deadLinks } from './src/dead-links.mjs';
import { writePlain } from './src/plain.mjs';
import { stage } from './src/stage.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '../..');
const STAGED = join(HERE, '.cache/pages');
const SITE = join(HERE, 'dist');

await stage(ROOT, STAGED);
await stageApi(ROOT, STAGED);
await build(HERE);
await writePlain(STAGED, SITE);

const dead = await deadLinks(SITE, ROOT);
for (const { page, target } of dead) console.error(`dead link: ${target} in ${page}`);
if (dead.length > 0) process.exitCode = 1;
