import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { BASE } from './base.mjs';

const REPOSITORY = /^https:\/\/github\.com\/nestcraft\/work\/(?:blob|tree|edit)\/main\/([^#?]+)/;
const ORIGIN = 'https://site.invalid';

/**
 * A link that leads nowhere.
 *
 * @typedef {object} DeadLink
 * @property {string} page
 * @property {string} target
 */

/**
 * The links of a built site that lead nowhere: to a page, a file or a heading that it lacks, or to a file that the
 * repository lacks. Links to other sites are not followed.
 *
 * @param {string} site its folder
 * @param {string} root of the repository
 * @returns {Promise<readonly DeadLink[]>}
 */
export async function deadLinks(site, root) {
  const built = await BuiltSite.read(site, root);
  return [...built.pages].flatMap(([page, { targets }]) =>
    [...targets].filter((target) => !built.has(target, page)).map((target) => ({ page, target })),
  );
}

/**
 * @typedef {object} Page
 * @property {ReadonlySet<string>} targets of its links, and what it loads
 * @property {ReadonlySet<string>} anchors
 */

class BuiltSite {
  /**
   * @param {ReadonlySet<string>} files
   * @param {ReadonlyMap<string, Page>} pages
   * @param {string} root
   */
  constructor(files, pages, root) {
    this.files = files;
    this.pages = pages;
    this.root = root;
  }

  /**
   * @param {string} folder
   * @param {string} root
   */
  static async read(folder, root) {
    const files = (await readdir(folder, { recursive: true })).map((file) =>
      file.replaceAll('\\', '/'),
    );
    const pages = files
      .filter((file) => file.endsWith('.html'))
      .map(
        async (file) =>
          /** @type {const} */ ([file, parse(await readFile(join(folder, file), 'utf8'))]),
      );
    return new BuiltSite(new Set(files), new Map(await Promise.all(pages)), root);
  }

  /**
   * Whether a link of a page leads somewhere, or to another site.
   *
   * @param {string} target
   * @param {string} page
   */
  has(target, page) {
    const [, inRepository] = REPOSITORY.exec(target) ?? [];
    if (inRepository !== undefined) return existsSync(join(this.root, decodeURI(inRepository)));
    const { origin, pathname, hash } = new URL(target, `${ORIGIN}${BASE}${page}`);
    if (origin !== ORIGIN) return true;
    if (!pathname.startsWith(BASE)) return false;
    const file = this.#file(decodeURI(pathname.slice(BASE.length)));
    if (file === undefined) return false;
    const anchors = this.pages.get(file)?.anchors;
    return hash === '' || anchors === undefined || anchors.has(decodeURIComponent(hash.slice(1)));
  }

  /**
   * The file that a host answers a path with.
   *
   * @param {string} path
   */
  #file(path) {
    const files = [path, `${path}.html`, posix.join(path, 'index.html')];
    return files.find((file) => this.files.has(file));
  }
}

/**
 * @param {string} html
 * @returns {Page}
 */
function parse(html) {
  return {
    targets: attributes(html, /<(?:a|img|link|script|source)\b[^>]*?\s(?:href|src)="([^"]*)"/g),
    anchors: attributes(html, /\sid="([^"]*)"/g),
  };
}

/**
 * @param {string} html
 * @param {RegExp} pattern
 */
function attributes(html, pattern) {
  const values = [...html.matchAll(pattern)].map(([, value = '']) => value);
  return new Set(values.map((value) => value.replaceAll('&amp;', '&')));
}
