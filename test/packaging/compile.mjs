// Compiles an application with the TypeScript that is installed there: node compile.mjs <its folder>. It checks the
// application and the declarations of our packages, and no others: those of Nest or Jest take three times as long.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [, , app = ''] = process.argv;
/** @type {typeof import('typescript')} */
const ts = createRequire(join(app, 'package.json'))('typescript');

const { fileNames, options } = configuration();
const program = ts.createProgram(fileNames, options);
const files = program.getSourceFiles();
const checked = files.filter(({ fileName }) => isOwn(fileName) || isOurs(fileName));
const faults = checked.flatMap((file) => ts.getPreEmitDiagnostics(program, file));
// One by one: to write them all at once, the compiler checks everything.
for (const file of files) if (isOwn(file.fileName)) program.emit(file);
if (faults.length > 0) throw new Error(textOf(ts.sortAndDeduplicateDiagnostics(faults)));

function configuration() {
  const file = join(app, 'tsconfig.json');
  const { config, error } = ts.readConfigFile(file, (path) => ts.sys.readFile(path));
  if (error) throw new Error(textOf([error]));
  return ts.parseJsonConfigFileContent(config, ts.sys, app);
}

/** @param {string} file */
function isOwn(file) {
  return !file.includes('/node_modules/');
}

/** @param {string} file */
function isOurs(file) {
  return file.includes('/node_modules/@nestcraft/');
}

/** @param {readonly import('typescript').Diagnostic[]} found */
function textOf(found) {
  return ts.formatDiagnostics(found, {
    getCurrentDirectory: () => app,
    getCanonicalFileName: (name) => name,
    getNewLine: () => '\n',
  });
}
