import { posix } from 'node:path';
import { PAGES } from './pages.mjs';

const REPOSITORY = 'https://github.com/nestcraft/work';
// Readers of npm's pages get absolute links; on the site they lead to the site's own page.
const ABSOLUTE =
  /^https:\/\/(?:github\.com\/nestcraft\/work\/(?:blob|tree|raw)\/main|raw\.githubusercontent\.com\/nestcraft\/work\/main)\//;
const IMAGE = /\.(png|svg|jpe?g|gif)$/;
const LINK = /\]\(([^)\s]+)\)/g;

/** @type {ReadonlyMap<string, string>} */
const ROUTES = new Map(PAGES.map(({ source, route }) => [source, route]));

/**
 * A page's text, with links that work on the site, and the images that it shows.
 *
 * @typedef {object} Relinked
 * @property {string} text
 * @property {readonly string[]} images from the root of the repository
 */

/**
 * Rewrites the links of a page: to other pages as links within the site, to images as links to the site's copies, to
 * other files of the repository as links to where it is hosted.
 *
 * @param {string} text
 * @param {string} source the page's file, from the root of the repository
 * @param {string} route where the page is on the site
 * @returns {Relinked}
 */
export function relink(text, source, route) {
  /** @type {Set<string>} */
  const images = new Set();
  const relinked = outsideOfCode(text, (prose) =>
    prose.replace(LINK, (link, /** @type {string} */ target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? undefined : fileOf(path, source);
      if (file === undefined) return link;
      if (IMAGE.test(file)) images.add(file);
      return `](${hrefOf(file, route)}${anchor === undefined ? '' : `#${anchor}`})`;
    }),
  );
  return { text: relinked, images: [...images] };
}

/** @param {string} image from the root of the repository */
export function imageUrl(image) {
  return `/images/${image.replaceAll('/', '-')}`;
}

/** @param {string} file from the root of the repository */
export function repositoryUrl(file) {
  return `${REPOSITORY}/blob/main/${file}`;
}

/**
 * The file of this repository to which a link leads.
 *
 * @param {string} path
 * @param {string} source
 */
function fileOf(path, source) {
  if (ABSOLUTE.test(path)) return posix.normalize(path.replace(ABSOLUTE, ''));
  if (/^[a-z]+:/.test(path) || path.startsWith('/')) return undefined;
  return posix.join(posix.dirname(source), path);
}

/**
 * @param {string} file
 * @param {string} route
 */
function hrefOf(file, route) {
  if (IMAGE.test(file)) return imageUrl(file);
  const target = ROUTES.get(file) ?? ROUTES.get(posix.join(file, 'README.md'));
  if (target === undefined) return repositoryUrl(file);
  const path = posix.relative(posix.dirname(route), `${target}.md`);
  return path.startsWith('.') ? path : `./${path}`;
}

/**
 * @param {string} text
 * @param {(prose: string) => string} change
 */
function outsideOfCode(text, change) {
  return text
    .split(/(^```[^]*?^```)/m)
    .map((part) => (part.startsWith('```') ? part : change(part)))
    .join('');
}
