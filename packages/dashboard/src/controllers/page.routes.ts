import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { Asked } from '../requests/asked.js';
import { pagePolicy, withNonce } from '../http/content-security.js';
import { Assets, type Asset } from '../page/assets.js';
import { Problem } from '../http/problem.js';
import { Reply } from '../http/replies.js';
import { Look } from '../requests/routes.js';

/** The routes of the page itself: one document and its assets. */
@Injectable()
export class PageRoutes {
  constructor(private readonly assets: Assets) {}

  /**
   * Redirects to the page. The page uses relative addresses only, so it works behind any proxy. Its path has no
   * trailing slash, because Express and Fastify treat those differently.
   */
  @Look('', 'view', { isPage: true })
  async redirect(asked: Asked): Promise<Reply> {
    await asked.allow({});
    const { base, hasSlashAtEnd } = asked.place;
    const last = base.slice(base.lastIndexOf('/') + 1);
    return Reply.redirect(hasSlashAtEnd || last === '' ? './app' : `./${last}/app`);
  }

  @Look('app', 'view', { isPage: true })
  async page(asked: Asked): Promise<Reply> {
    await asked.allow({});
    return asked.place.hasSlashAtEnd ? Reply.redirect('../app') : this.document();
  }

  @Look('assets/:name', 'view')
  async asset(asked: Asked): Promise<Reply> {
    await asked.allow({});
    return this.file(asked, `assets/${asked.params.name}`, {
      'Cache-Control': 'private, max-age=31536000, immutable', // its name changes with its content
    });
  }

  /** The page is short, and new for each request, so it is not compressed. */
  private document(): Reply {
    const { type, text } = this.named('index.html');
    const nonce = randomBytes(16).toString('base64');
    return new Reply(withNonce(text, nonce), {
      'Content-Type': type,
      'Content-Security-Policy': pagePolicy(nonce),
    });
  }

  private named(name: string): Asset {
    const asset = this.assets.get(name);
    if (!asset) throw new Problem(404, 'not_found', 'File not found.');
    return asset;
  }

  private async file(
    { request }: Asked,
    name: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const asset = this.named(name);
    const { body, encoding } = await asset.encoded(
      String(request.headers['accept-encoding'] ?? ''),
    );
    return new Reply(body, {
      'Content-Type': asset.type,
      Vary: 'Accept-Encoding',
      ...(encoding !== undefined && { 'Content-Encoding': encoding }),
      ...headers,
    });
  }
}
