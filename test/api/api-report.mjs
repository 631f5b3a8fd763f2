import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGES = join(ROOT, 'packages');
const printer = ts.createPrinter({ removeComments: true });

/**
 * An entry point of a published package, and its declaration file.
 *
 * @typedef {{ readonly name: string, readonly types: string }} EntryPoint
 */

/**
 * A declaration under the name by which it is exported.
 *
 * @typedef {{ readonly name: string, readonly symbol: ts.Symbol }} Named
 */

/**
 * Returns a report on the public API of each entry point of the published packages, by the name of its file: every exported
 * name with its declaration, as the built declaration files have it.
 *
 * @returns {Record<string, string>}
 */
export function apiReports() {
  const entryPoints = readdirSync(PACKAGES).flatMap(entryPointsOf);
  const program = ts.createProgram(
    entryPoints.map(({ types }) => types),
    {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      skipLibCheck: true,
      types: ['node'],
    },
  );
  const everywhere = new Set(
    entryPoints.flatMap(({ types }) => exportsOf(types, program)).map(symbolOf),
  );
  return Object.fromEntries(
    entryPoints.map((entryPoint) => [
      `${entryPoint.name.replace('@nestcraft/', '').replaceAll('/', '-')}.api.md`,
      reportOf(entryPoint, program, everywhere),
    ]),
  );
}

/**
 * @param {string} folder
 * @returns {EntryPoint[]}
 */
function entryPointsOf(folder) {
  const manifest = JSON.parse(readFileSync(join(PACKAGES, folder, 'package.json'), 'utf8'));
  if (manifest.private === true) return [];
  return Object.entries(manifest.exports).flatMap(([path, target]) =>
    typeof target === 'object'
      ? {
          name: manifest.name + path.slice(1),
          types: join(PACKAGES, folder, target.default.replace(/\.js$/, '.d.ts')),
        }
      : [],
  );
}

/**
 * @param {EntryPoint} entryPoint
 * @param {ts.Program} program
 * @param {ReadonlySet<ts.Symbol>} everywhere what any entry point exports
 */
function reportOf({ name, types }, program, everywhere) {
  const exported = exportsOf(types, program);
  const own = exported.filter(({ symbol }) => packageOf(symbol) === ownerOf(types));
  const foreign = exported.filter(({ symbol }) => packageOf(symbol) !== ownerOf(types));
  const hidden = hiddenBy(own, everywhere, program.getTypeChecker());
  const added = sourceOf(types, program).statements.filter(ts.isModuleDeclaration);
  const parts = [
    `# ${name}`,
    ...own.map(declarationsOf),
    ...section('## Re-exported', [foreign.map(originText).join('\n')].filter(Boolean)),
    ...section('## Named by these, but exported nowhere', hidden.map(declarationsOf)),
    ...section(
      '## Added to other modules',
      added.map((node) => block(textOf(node))),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** @param {string} types @param {ts.Program} program @returns {Named[]} */
function exportsOf(types, program) {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(sourceOf(types, program));
  return (module ? checker.getExportsOfModule(module) : [])
    .map((symbol) => ({ name: symbol.name, symbol: originalOf(symbol, checker) }))
    .sort((a, b) => compare(a.name, b.name));
}

/** @param {string} types @param {ts.Program} program */
function sourceOf(types, program) {
  const source = program.getSourceFile(types);
  if (!source) throw new Error(`${types} is missing. Run npm run build.`);
  return source;
}

/** @param {string} title @param {readonly string[]} texts */
function section(title, texts) {
  return texts.length === 0 ? [] : [title, ...texts];
}

/**
 * The declarations of the same package that these name and that no entry point exports; and those that they name in turn.
 *
 * @param {readonly Named[]} own
 * @param {ReadonlySet<ts.Symbol>} everywhere
 * @param {ts.TypeChecker} checker
 */
function hiddenBy(own, everywhere, checker) {
  const known = new Set(everywhere);
  /** @type {Named[]} */
  const found = [];
  const queue = own.map(symbolOf);
  for (let symbol = queue.pop(); symbol; symbol = queue.pop()) {
    for (const named of namedBy(symbol, checker)) {
      if (known.has(named) || packageOf(named) !== packageOf(symbol)) continue;
      known.add(named);
      found.push({ name: named.name, symbol: named });
      queue.push(named);
    }
  }
  return found.sort((a, b) => compare(a.name, b.name));
}

/** @param {ts.Symbol} symbol @param {ts.TypeChecker} checker @returns {ts.Symbol[]} */
function namedBy(symbol, checker) {
  /** @type {ts.Symbol[]} */
  const symbols = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    // Users make few of these classes; the options of those that they make are exported.
    if (isPrivate(node) || ts.isConstructorDeclaration(node)) return;
    if (ts.isIdentifier(node)) {
      const named = checker.getSymbolAtLocation(node);
      if (named) symbols.push(originalOf(named, checker));
    }
    ts.forEachChild(node, visit);
  };
  for (const declaration of statementsOf(symbol)) visit(declaration);
  return symbols.filter(({ declarations = [] }) => declarations.some(isTopLevel));
}

/** @param {Named} named */
function declarationsOf({ name, symbol }) {
  const heading = symbol.declarations?.some(ts.isSourceFile)
    ? [`// The exports of the object ${name}:`]
    : [];
  return block([...heading, ...statementsOf(symbol).map(statementText)].join('\n'));
}

/** @param {string} code */
function block(code) {
  return `\`\`\`ts\n${code}\n\`\`\``;
}

/** @param {Named} named */
function symbolOf({ symbol }) {
  return symbol;
}

/** @param {Named} named */
function originText({ name, symbol }) {
  return `- \`${name}\` of ${packageOf(symbol)}`;
}

/** The statements that declare a symbol; of a module that is exported whole, all of its own. @param {ts.Symbol} symbol */
function statementsOf({ declarations = [] }) {
  return declarations.flatMap((declaration) =>
    ts.isSourceFile(declaration) ? [...declaration.statements] : statementOf(declaration),
  );
}

/** @param {ts.Node} node @returns {ts.Node} */
function statementOf(node) {
  return ts.isVariableDeclaration(node) ? node.parent.parent : node;
}

/** Without the members that nobody can use. @param {ts.Node} node */
function statementText(node) {
  if (!ts.isClassDeclaration(node)) return textOf(node);
  const { modifiers, name, typeParameters, heritageClauses, members } = node;
  const shown = members.filter((member) => !isPrivate(member));
  const text = ts.factory.createClassDeclaration(
    ...[modifiers, name, typeParameters, heritageClauses],
    shown,
  );
  return printer.printNode(ts.EmitHint.Unspecified, text, node.getSourceFile());
}

/** @param {ts.Node} node */
function textOf(node) {
  return printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());
}

/** @param {ts.Node} node */
function isPrivate(node) {
  if (!ts.isClassElement(node)) return false;
  if (node.name && ts.isPrivateIdentifier(node.name)) return true;
  return (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) !== 0;
}

/** @param {ts.Node} node */
function isTopLevel(node) {
  return ts.isSourceFile(statementOf(node).parent);
}

/** @param {ts.Symbol} symbol @param {ts.TypeChecker} checker */
function originalOf(symbol, checker) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** The package that declares a symbol. @param {ts.Symbol} symbol */
function packageOf({ declarations = [] }) {
  return ownerOf(declarations[0]?.getSourceFile().fileName ?? '');
}

/** @param {string} file */
function ownerOf(file) {
  const path = file.split(sep).join('/');
  const [, installed] = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  const [, folder] = /\/packages\/([^/]+)\//.exec(path) ?? [];
  return installed ?? (folder === undefined ? 'TypeScript' : `@nestcraft/${folder}`);
}

/** @param {string} a @param {string} b */
function compare(a, b) {
  return a < b ? -1 : Number(a > b);
}
