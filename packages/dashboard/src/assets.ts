import { Injectable } from '@nestjs/common';
import { extname } from 'node:path';
import { pageFiles } from './page-files.js';

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
  for (const [path, content] of Object.entries(pageFiles())) {
    const type = TYPES[extname(path)];
    if (type !== undefined) files.set(path, { type, content });
  }
  return files;
}
