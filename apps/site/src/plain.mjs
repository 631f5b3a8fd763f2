import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BASE } from './base.mjs';
import { ENTRY_POINTS } from './entry-points.mjs';
import { PAGES, SECTIONS } from './pages.mjs';

const ABOUT =
  'Background jobs for NestJS on Redis, in TypeScript. Byte-compatible with gocraft/work (Go). Jobs survive crashes and retry with backoff; handlers are methods of providers.';
const FRONT_MATTER = /^---\n[^]*?\n---\n+/;

/**
 * Puts every page beside its HTML as plain Markdown, and writes llms.txt and llms-full.txt.
 *
 * @param {string} staged
 * @param {string} site
 */
export async function writePlain(staged, site) {
  const files = await readdir(staged, { recursive: true });
  const pages = files.filter((file) => file.endsWith('.md'));
  await Promise.all(pages.map((file) => copyPlain(join(staged, file), join(site, file))));
  await writeFile(join(site, 'llms.txt'), index());
  await writeFile(join(site, 'llms-full.txt'), await everything(site));
}

/**
 * @param {string} from
 * @param {string} to
 */
async function copyPlain(from, to) {
  const text = await readFile(from, 'utf8');
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, text.replace(FRONT_MATTER, '').replaceAll('](/images/', `](${BASE}images/`));
}

/** The list of all pages, in the form of https://llmstxt.org. */
function index() {
  const sections = SECTIONS.map(({ title, groups }) => {
    const lines = groups
      .flatMap(({ pages }) => pages)
      .map(({ title, route, about }) => `- [${title}](${route}.md): ${about}`);
    return `## ${title}\n\n${lines.join('\n')}\n`;
  });
  const api = ENTRY_POINTS.map(
    ({ name, route, about }) => `- [${name}](${route}/index.md): ${about}`,
  );
  return [
    `# Nestcraft Work\n\n> ${ABOUT}\n`,
    'All pages but the API in one file: [llms-full.txt](llms-full.txt)\n',
    ...sections,
    `## API\n\n${api.join('\n')}\n`,
  ].join('\n');
}

/** @param {string} site */
async function everything(site) {
  const pages = PAGES.map(async ({ route }) => {
    const text = await readFile(join(site, `${route}.md`), 'utf8');
    return `<!-- ${route}.md -->\n\n${text.trim()}\n`;
  });
  return `${(await Promise.all(pages)).join('\n\n')}`;
}
