import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/**
 * Replaces a built module that reads a folder's files with one that holds their texts.
 *
 * @param {string} folder
 * @param {string} module
 * @param {string} name of the function that the module exports; it returns the texts by path
 */
export async function embed(folder, module, name) {
  const paths = await readdir(folder, { recursive: true });
  const files = paths.filter((path) => extname(path) !== '').sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const byPath = Object.fromEntries(files.map((file, i) => [file.replaceAll('\\', '/'), texts[i]]));
  await writeFile(module, moduleOf(name, JSON.stringify(byPath, null, 2)));
}

/**
 * @param {string} name
 * @param {string} files
 */
function moduleOf(name, files) {
  return `const FILES = ${files};

export function ${name}() {
  return FILES;
}
`;
}
