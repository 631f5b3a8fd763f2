import { Injectable } from '@nestjs/common';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { pageFiles } from './page-files.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const ENCODERS = { br: promisify(brotliCompress), gzip: promisify(gzip) } as const;
type Encoding = keyof typeof ENCODERS;

/** A file of the page, compressed once per encoding that browsers accept. */
export class Asset {
  private readonly bodies = new Map<Encoding, Promise<Buffer>>();

  constructor(
    readonly type: string,
    private readonly content: Buffer,
  ) {}

  get text(): string {
    return this.content.toString();
  }

  /** @param accepted the header Accept-Encoding */
  async encoded(accepted: string): Promise<{ body: Buffer; encoding: Encoding | undefined }> {
    const encoding = encodingFor(accepted);
    if (encoding === undefined) return { body: this.content, encoding };
    const body = this.bodies.get(encoding) ?? ENCODERS[encoding](this.content);
    this.bodies.set(encoding, body);
    return { body: await body, encoding };
  }
}

function encodingFor(accepted: string): Encoding | undefined {
  const taken = accepted
    .split(',')
    .filter((one) => !/;\s*q=0(\.0*)?\s*$/.test(one))
    .map((one) => one.split(';')[0]?.trim().toLowerCase());
  return (['br', 'gzip'] as const).find((encoding) => taken.includes(encoding));
}

/**
 * The files of the page, read once. A request selects one of them by name; it is never turned into a path of the file
 * system.
 */
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
    if (type !== undefined) files.set(path, new Asset(type, Buffer.from(content)));
  }
  return files;
}
