import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import ts from 'typescript';
import { ROOT } from './snippets.js';

const PAGE = readFileSync(join(ROOT, 'packages/work/docs/reference.md'), 'utf8');
const ENTRY_POINTS = ['packages/work/src/index.ts', 'packages/dashboard/src/index.ts'];
const HIDDEN = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;

const names = [...PAGE.matchAll(/^## (\w+)$/gm)].map(([, name = '']) => name);
let program: ts.Program;

beforeAll(() => {
  const file = join(ROOT, 'tsconfig.base.json');
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  program = ts.createProgram(
    ENTRY_POINTS.map((path) => join(ROOT, path)),
    options,
  );
}, 60_000);

/** The names in the first column of the table below a heading. */
function toldOf(name: string): readonly string[] {
  const [, section = ''] = PAGE.split(`\n## ${name}\n`);
  const rows = (section.split('\n## ')[0] ?? '').match(/^\| `[^|]+\|/gm) ?? [];
  const members = rows.flatMap((row) =>
    [...row.matchAll(/`(\w+)/g)].map((match) => match[1] ?? ''),
  );
  return [...new Set(members)];
}

/** What a user sees of the class or interface; not what it inherits from a library. */
function membersOf(name: string): readonly string[] {
  const checker = program.getTypeChecker();
  const symbol = ENTRY_POINTS.map((path) => program.getSourceFile(join(ROOT, path)))
    .flatMap((file) => (file ? (checker.getSymbolAtLocation(file) ?? []) : []))
    .flatMap((module) => checker.getExportsOfModule(module))
    .find((exported) => exported.name === name);
  if (!symbol) throw new Error(`Nothing exports ${name}.`);
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  return checker
    .getDeclaredTypeOfSymbol(isAlias ? checker.getAliasedSymbol(symbol) : symbol)
    .getProperties()
    .filter(isShown)
    .map((property) => property.name)
    .filter((property) => !property.startsWith('__@')); // a symbol, such as asyncDispose
}

/** Not members that are named by a symbol, such as `Symbol.asyncDispose`. */
function isShown({ name: key, declarations = [] }: ts.Symbol): boolean {
  if (key.startsWith('__@')) return false;
  const [declaration] = declarations;
  if (!declaration || declaration.getSourceFile().fileName.includes('node_modules')) return false;
  const name = ts.getNameOfDeclaration(declaration);
  // Symbols, such as that of `await using`, are no names that a table could list.
  const isNamed = name !== undefined && ts.isIdentifier(name);
  return isNamed && (ts.getCombinedModifierFlags(declaration) & HIDDEN) === 0;
}

it.each(names)('%s has what the page says, and no more', (name) => {
  expect(toldOf(name).toSorted()).toEqual(membersOf(name).toSorted());
});

it('tells of what people asked for', () => {
  expect(names).toEqual([
    ...['Job', 'Enqueuer', 'Client', 'Queue', 'JobSet'],
    ...['WorkerPool', 'WorkerObservation', 'DashboardRequest'],
  ]);
});
