import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLES = join(ROOT, 'examples');
const NAMES = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const SCREEN = 60; // lines

const read = (...path: readonly string[]): string => readFileSync(join(EXAMPLES, ...path), 'utf8');

/** The lines of an example's code, without indentation. */
function codeOf(name: string): readonly string[] {
  const sources = readdirSync(join(EXAMPLES, name, 'src'), { recursive: true, encoding: 'utf8' });
  const others = ['start.mjs', 'vitest.config.mjs', 'go/main.go'];
  return [...sources.map((file) => join('src', file)), ...others]
    .filter((file) => /[.]\w+$/.test(file) && existsSync(join(EXAMPLES, name, file)))
    .flatMap((file) => read(name, file).split('\n'))
    .map((line) => line.trim());
}

/** The lines of code that its README quotes. */
function quotedBy(readme: string): readonly string[] {
  return [...readme.matchAll(/^```(?:ts|go)\n([^]*?)^```/gm)].flatMap(([, code = '']) =>
    code
      .trim()
      .split('\n')
      .map((line) => line.trim()),
  );
}

describe.each(NAMES)('the README of the example %s', (name) => {
  const readme = read(name, 'README.md');

  it('is one screen, and names the command', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(SCREEN);
    expect(readme).toContain(`npm run example ${name}`);
  });

  it('quotes three lines of its code', () => {
    const quoted = quotedBy(readme);
    expect(quoted).toHaveLength(3);
    expect(quoted.filter((line) => !codeOf(name).includes(line))).toEqual([]);
  });

  it('is in the list of examples', () => {
    expect(read('README.md')).toContain(`[${name}](${name}/README.md)`);
  });
});

it('npm run example lists the examples when it does not know the name', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(EXAMPLES, 'start.mjs'), 'nothing']);
  expect(status).toBe(2);
  for (const name of NAMES) expect(String(stderr)).toContain(name);
});
