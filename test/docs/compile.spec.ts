import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { ROOT, snippets, type Snippet } from './snippets.js';

const BASE = join(ROOT, 'tsconfig.base.json');

/** A compiler host that sees the snippets as if they were files. */
function hostWith(
  byFile: ReadonlyMap<string, Snippet>,
  options: ts.CompilerOptions,
): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  return {
    ...host,
    readFile: (file) => byFile.get(file)?.code ?? host.readFile(file),
    fileExists: (file) => byFile.has(file) || host.fileExists(file),
    getSourceFile: (file, target, ...rest) => {
      const code = byFile.get(file)?.code;
      return code === undefined
        ? host.getSourceFile(file, target, ...rest)
        : ts.createSourceFile(file, code, target, true);
    },
  };
}

describe('the code in the pages', () => {
  const all = snippets();

  it('is there', () => expect(all.length).toBeGreaterThan(5));

  it('compiles', () => {
    const { config } = ts.readConfigFile(BASE, (path) => ts.sys.readFile(path)) as {
      config: object;
    };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
    const byFile = new Map(all.map((snippet) => [snippet.file, snippet]));
    const host = hostWith(byFile, options);
    const program = ts.createProgram(
      [...byFile.keys()],
      { ...options, noUnusedLocals: false, noUnusedParameters: false },
      host,
    );
    const faults = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
      const line =
        file && start !== undefined ? ts.getLineAndCharacterOfPosition(file, start).line + 1 : 0;
      const place = byFile.get(file?.fileName ?? '')?.place ?? relative(ROOT, file?.fileName ?? '');
      return `${place}+${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
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
