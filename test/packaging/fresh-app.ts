import { execFile } from 'node:child_process';
import { cp, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { PackedPackage } from './packages.js';

const run = promisify(execFile);
const SOURCE = fileURLToPath(new URL('./app', import.meta.url));
const COMPILE = fileURLToPath(new URL('./compile.mjs', import.meta.url));
const SPECS = fileURLToPath(new URL('./in-jest', import.meta.url));

/** An application that somebody else writes: its kind of modules, and what it is built with. */
export interface AppKind {
  readonly type: 'module' | 'commonjs';
  readonly nest: string;
  readonly platform: 'express' | 'fastify';
  readonly typescript: string;
  /** Default: 6. */
  readonly ioredis?: string;
  /** Ranges of what its specs are run with, by name; it has specs if this is given. */
  readonly jest?: Readonly<Record<string, string>>;
}

export interface Output {
  /** What the program says of itself. */
  readonly said: unknown;
  /** Whatever else it wrote. */
  readonly warnings: string;
}

// As `nest new` 11 writes it.
const JEST = {
  moduleFileExtensions: ['js', 'json', 'ts'],
  rootDir: 'src',
  testRegex: '.*\\.spec\\.ts$',
  transform: { '^.+\\.(t|j)s$': 'ts-jest' },
  testEnvironment: 'node',
};

/** An application with the packages installed, as anybody would install them, and compiled. */
export class FreshApp {
  private constructor(readonly folder: string) {}

  static async make(kind: AppKind, packages: readonly PackedPackage[]): Promise<FreshApp> {
    const app = new FreshApp(await mkdtemp(join(tmpdir(), `nestcraft-app-${kind.type}-`)));
    await cp(SOURCE, app.folder, { recursive: true });
    if (kind.platform === 'fastify') await app.#write('platform.ts', FASTIFY);
    if (kind.jest) await cp(join(SPECS, 'signups.ts'), join(app.folder, 'src/signups.spec.ts'));
    await app.#write('package.json', JSON.stringify(manifestOf(kind, packages)));
    await app.#run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline');
    await app.#run('node', COMPILE, app.folder);
    return app;
  }

  /** A copy of another application, for which the same packages are installed. Its own are left out. */
  async beside(source: string): Promise<FreshApp> {
    const app = new FreshApp(await mkdtemp(join(tmpdir(), 'nestcraft-app-beside-')));
    const filter = (path: string): boolean => !['node_modules', 'dist'].includes(basename(path));
    await cp(source, app.folder, { recursive: true, filter });
    await symlink(join(this.folder, 'node_modules'), join(app.folder, 'node_modules'));
    return app;
  }

  /** Compiles it as its author would: by its tsconfig.json and further options. */
  async compile(...options: string[]): Promise<void> {
    await this.#run('node', 'node_modules/typescript/bin/tsc', ...options);
  }

  /** Runs its specs; returns what Jest counts. */
  async test(): Promise<unknown> {
    const { stdout } = await this.#run('node', 'node_modules/jest/bin/jest.js', '--json');
    return JSON.parse(stdout);
  }

  /** Runs it, as compiled. */
  start(...args: string[]): Promise<Output> {
    return runProgram(join(this.folder, 'dist/main.js'), ...args);
  }

  #write(file: string, text: string): Promise<void> {
    return writeFile(join(this.folder, file), text);
  }

  /** @throws with what the command wrote */
  async #run(command: string, ...args: string[]): Promise<{ readonly stdout: string }> {
    try {
      return await run(command, args, { cwd: this.folder });
    } catch (error) {
      const { message, stdout } = error as Error & { readonly stdout: string };
      throw new Error(`${message}\n${stdout}`, { cause: error });
    }
  }
}

const FASTIFY = "export { FastifyAdapter as Platform } from '@nestjs/platform-fastify';\n";

function manifestOf(kind: AppKind, packages: readonly PackedPackage[]): object {
  const { type, nest, platform, typescript, ioredis = '^6.0.0', jest } = kind;
  const dependencies = {
    ...Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`])),
    '@nestjs/common': nest,
    '@nestjs/core': nest,
    [`@nestjs/platform-${platform}`]: nest,
    ...(platform === 'express' && { '@types/express': '^5.0.0' }),
    '@types/node': '^20.19.0',
    ioredis,
    'reflect-metadata': '^0.2.2',
    rxjs: '^7.8.2',
    typescript,
    ...(jest && { '@nestjs/testing': nest, ...jest }),
  };
  return { name: 'app', private: true, type, dependencies, ...(jest && { jest: JEST }) };
}

/** Runs a program, and reads the last line that it writes. */
export async function runProgram(file: string, ...args: string[]): Promise<Output> {
  const { stdout, stderr } = await run('node', [file, ...args]);
  return { said: JSON.parse(stdout.trim().split('\n').at(-1) ?? ''), warnings: stderr };
}
