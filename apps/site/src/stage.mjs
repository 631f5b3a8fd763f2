import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { imageUrl, relink } from './links.mjs';
import { PAGES } from './pages.mjs';
import { slug } from './slug.mjs';

const HOME = 'apps/site/home.md';
const LOGO = 'apps/site/logo.svg';
// In the front matter, where there are no links.
const HERO_PICTURE = /^( +(?:light|dark): )\.\.\/\.\.\/(\S+)$/gm;
const INCLUDED_CODE = /^<!-- code: (\S+)#(\S+) -->$/gm;

/**
 * Writes the pages of the repository into a folder, as the site has them.
 *
 * @param {string} root of the repository
 * @param {string} folder
 */
export async function stage(root, folder) {
  await rm(folder, { recursive: true, force: true });
  const staged = await Promise.all([
    home(root, folder),
    ...PAGES.map((page) => stagePage(root, folder, page)),
  ]);
  await mkdir(join(folder, 'public/images'), { recursive: true });
  await copyFile(join(root, LOGO), join(folder, 'public/logo.svg'));
  await Promise.all(
    [...new Set(staged.flat())].map((image) =>
      copyFile(join(root, image), join(folder, 'public', imageUrl(image))),
    ),
  );
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {import('./pages.mjs').Page} page
 * @returns {Promise<readonly string[]>} the images that it shows
 */
async function stagePage(root, folder, { source, route, title, about }) {
  const { text, images } = relink(await readFile(join(root, source), 'utf8'), source, route);
  const head = { title, description: about, source };
  const lines = Object.entries(head).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  await write(join(folder, `${route}.md`), `---\n${lines.join('\n')}\n---\n\n${text}`);
  return images;
}

/**
 * The home page shows code of other pages, which tests compile and run there.
 *
 * @param {string} root
 * @param {string} folder
 * @returns {Promise<readonly string[]>} the images that it shows
 */
async function home(root, folder) {
  const text = await readFile(join(root, HOME), 'utf8');
  const names = [...text.matchAll(INCLUDED_CODE)].map(([, file = '']) => file);
  const files = new Map(
    await Promise.all(
      names.map(
        async (name) => /** @type {const} */ ([name, await readFile(join(root, name), 'utf8')]),
      ),
    ),
  );
  const whole = text.replace(
    INCLUDED_CODE,
    (_, /** @type {string} */ file, /** @type {string} */ anchor) =>
      firstCode(files.get(file) ?? '', file, anchor),
  );
  const { text: page, images } = relink(whole, HOME, 'index');
  const pictures = [...page.matchAll(HERO_PICTURE)].map(([, , picture = '']) => picture);
  await write(
    join(folder, 'index.md'),
    page.replace(HERO_PICTURE, (_, key, picture) => key + imageUrl(picture)),
  );
  return [...images, ...pictures];
}

/**
 * The first block of TypeScript below a heading.
 *
 * @param {string} page
 * @param {string} file
 * @param {string} anchor
 */
function firstCode(page, file, anchor) {
  const heading = [...page.matchAll(/^#+ (.+)$/gm)].find(([, text = '']) => slug(text) === anchor);
  const [code] = /^```ts\n[^]*?^```$/m.exec(page.slice(heading?.index ?? page.length)) ?? [];
  if (code === undefined) throw new Error(`${file} has no TypeScript below #${anchor}`);
  return code;
}

/**
 * @param {string} file
 * @param {string} text
 */
async function write(file, text) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
