import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BASE = join(ROOT, 'tsconfig.base.json');

/** Something that the compiler has found. */
export interface Diagnostic {
  /** `''` where it is about no file. */
  readonly file: string;
  /** The first is 1; 0 where it is about no line. */
  readonly line: number;
  readonly message: string;
}

/**
 * Returns what the compiler says of sources, by path, as if they were files of this repository, and of its settings. The
 * files that they import are read, but not checked: `npm run types` checks those.
 *
 * @param settings on top of the repository's own
 */
export function diagnose(
  sources: ReadonlyMap<string, string>,
  settings: ts.CompilerOptions = {},
): readonly Diagnostic[] {
  const { config } = ts.readConfigFile(BASE, (path) => ts.sys.readFile(path)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram(
    [...sources.keys()],
    { ...options, noUnusedLocals: false, noUnusedParameters: false, ...settings },
    hostWith(sources, options),
  );
  const own = [...sources.keys()].flatMap((path) => program.getSourceFile(path) ?? []);
  const found = own.flatMap((file) => ts.getPreEmitDiagnostics(program, file));
  return ts.sortAndDeduplicateDiagnostics(found).map(({ file, start, messageText }) => ({
    file: file?.fileName ?? '',
    line: file && start !== undefined ? ts.getLineAndCharacterOfPosition(file, start).line + 1 : 0,
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }));
}

/** A compiler host that sees the sources as if they were files. */
function hostWith(
  sources: ReadonlyMap<string, string>,
  options: ts.CompilerOptions,
): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  return {
    ...host,
    readFile: (file) => sources.get(file) ?? host.readFile(file),
    fileExists: (file) => sources.has(file) || host.fileExists(file),
    getSourceFile: (file, target, ...rest) => {
      const code = sources.get(file);
      return code === undefined
        ? host.getSourceFile(file, target, ...rest)
        : ts.createSourceFile(file, code, target, true);
    },
  };
}
