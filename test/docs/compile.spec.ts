import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { diagnose } from '../support/compile.js';
import { ROOT, snippets } from './snippets.js';

describe('the code in the pages', () => {
  const all = snippets();

  it('is there', () => expect(all.length).toBeGreaterThan(5));

  it('compiles', () => {
    const places = new Map(all.map(({ file, place }) => [file, place]));
    const faults = diagnose(new Map(all.map(({ file, code }) => [file, code]))).map(
      ({ file, line, message }) =>
        `${places.get(file) ?? relative(ROOT, file)}+${line}: ${message}`,
    );
    expect(faults).toEqual([]);
  }, 60_000);
});

describe('the tests that the README names as proofs', () => {
  const [, table = ''] =
    /^## Beside gocraft\/work$([^]*?)^## /m.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ??
    [];
  const named = [
    ...new Set([...table.matchAll(/`([\w/.-]+\.spec)`/g)].map(([, name = '']) => name)),
  ];
  const specs = ['packages', 'apps', 'test'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }),
  );

  it('are there', () => {
    expect(named.length).toBeGreaterThan(10);
    const missing = named.filter(
      (name) => !specs.some((file) => join('/', file).endsWith(`/${name}.ts`)),
    );
    expect(missing).toEqual([]);
  });
});
