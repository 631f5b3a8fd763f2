import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';

const FOLDER = new URL('../../public/', import.meta.url);

/**
 * Returns the contents of the page's files by path. Only the sources read files, which `npm run build:web` creates. The
 * build replaces this module with one that embeds the contents (`build/embed.mjs`), because a bundle has no files
 * beside it.
 */
export function pageFiles(): Readonly<Record<string, string>> {
  const paths = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((path) => extname(path) !== '')
    .map((path) => path.replaceAll('\\', '/'));
  return Object.fromEntries(
    paths.map((path) => [path, readFileSync(new URL(path, FOLDER), 'utf8')]),
  );
}
