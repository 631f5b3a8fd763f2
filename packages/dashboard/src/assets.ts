import { Injectable } from '@nestjs/common';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Built by `npm run build:web`; beside the sources and beside the package's compiled code.
const FOLDER = fileURLToPath(new URL('../public/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface Asset {
  readonly type: string;
  readonly content: string;
}

/** The files of the page, read once. A request names one of them or none: no path of the file system is ever made of it. */
@Injectable()
export class Assets {
  private files: ReadonlyMap<string, Asset> | undefined;

  get(name: string): Asset | undefined {
    this.files ??= readAll();
    return this.files.get(name);
  }
}

function readAll(): Map<string, Asset> {
  const files = new Map<string, Asset>();
  for (const path of readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })) {
    const type = TYPES[extname(path)];
    if (type !== undefined) {
      files.set(path.replaceAll('\\', '/'), {
        type,
        content: readFileSync(join(FOLDER, path), 'utf8'),
      });
    }
  }
  return files;
}
