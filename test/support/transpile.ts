import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { transform, type Options } from '@swc/core';

/** What `tsc` makes of a Nest application, in a tenth of the time. */
const OPTIONS: Options = {
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
  module: { type: 'es6' },
  swcrc: false,
};

/** Writes the JavaScript of `<folder>/src`, without its specs, to `<folder>/dist`. Types are checked by `npm run types`. */
export async function transpile(folder: string): Promise<void> {
  const source = join(folder, 'src');
  const target = join(folder, 'dist');
  await rm(target, { recursive: true, force: true });
  const files = await readdir(source, { recursive: true });
  const modules = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
  await Promise.all(
    modules.map(async (file) => {
      const { code } = await transform(await readFile(join(source, file), 'utf8'), OPTIONS);
      const output = join(target, file.replace(/ts$/, 'js'));
      await mkdir(dirname(output), { recursive: true });
      await writeFile(output, code);
    }),
  );
}
