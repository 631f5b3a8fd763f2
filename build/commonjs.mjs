import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { transform } from 'esbuild';

/**
 * Writes the CommonJS build of a package, `dist/cjs`, from its ESM build: what a `require` gets that cannot load ESM,
 * such as Jest's, and the types of such a `require`. Node itself and bundlers take the ESM build either way.
 *
 * @param {string} dist the package's ESM build
 */
export async function buildCommonJs(dist) {
  const cjs = join(dist, 'cjs');
  const files = await readdir(dist, { recursive: true });
  await mkdir(cjs);
  await writeFile(join(cjs, 'package.json'), '{ "type": "commonjs" }\n');
  await Promise.all(files.map((file) => convert(file, dist, cjs)));
}

/**
 * @param {string} file
 * @param {string} dist
 * @param {string} cjs
 */
async function convert(file, dist, cjs) {
  const [from, to] = [join(dist, file), join(cjs, file)];
  if (file.endsWith('.d.ts')) await cp(from, to);
  if (!file.endsWith('.js')) return;
  const code = await readFile(from, 'utf8');
  if (code.startsWith('#!')) return; // A program, which nobody requires.
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, await toCommonJs(code, relative(dirname(to), from)));
}

/**
 * @param {string} code
 * @param {string} original the path from the converted module to the original: what stands beside that is not copied,
 *   so `import.meta.url` is its URL
 */
async function toCommonJs(code, original) {
  const usesMeta = code.includes('import.meta');
  const url = `require('node:url').pathToFileURL(require('node:path').join(__dirname, ${JSON.stringify(original)})).href`;
  const { code: converted } = await transform(code, {
    format: 'cjs',
    platform: 'node',
    target: 'es2023',
    charset: 'utf8',
    supported: { 'dynamic-import': false }, // import() cannot be used in Jest; this makes a require() of it.
    ...(usesMeta && { define: { 'import.meta.url': 'originalUrl' } }),
    ...(usesMeta && { banner: `const originalUrl = ${url};` }),
  });
  return converted;
}
