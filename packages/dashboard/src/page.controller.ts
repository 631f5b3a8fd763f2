import { Get, Inject, Param, Req, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Action } from './access.guard.js';
import type { DashboardRequest } from './dashboard-options.js';
import { Problem } from './problem.js';
import { Assets } from './assets.js';

/** The page itself: one document, and the files that it names. */
export class PageController {
  constructor(
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    @Inject(Assets) private readonly assets: Assets,
  ) {}

  /**
   * To the page. It names everything relative to itself, so that it works behind any proxy; below a path without a
   * slash at its end, because Express and Fastify do not agree about those.
   */
  @Get()
  @Action('view')
  redirect(@Req() request: DashboardRequest, @Res() response: unknown): void {
    const [path = ''] = request.url.split('?');
    const last = path.slice(path.lastIndexOf('/') + 1);
    this.adapterHost.httpAdapter.redirect(response, 302, last === '' ? './app' : `./${last}/app`);
  }

  @Get('app')
  @Action('view')
  page(@Res() response: unknown): void {
    this.send(response, 'index.html');
  }

  @Get('assets/:name')
  @Action('view')
  asset(@Param('name') name: string, @Res() response: unknown): void {
    this.adapterHost.httpAdapter.setHeader(
      response,
      'Cache-Control',
      'private, max-age=31536000, immutable', // its name changes with its content
    );
    this.send(response, `assets/${name}`);
  }

  private send(response: unknown, name: string): void {
    const asset = this.assets.get(name);
    if (!asset) throw new Problem(404, 'not_found', 'There is no such file.');
    const { httpAdapter } = this.adapterHost;
    httpAdapter.setHeader(response, 'Content-Type', asset.type);
    httpAdapter.reply(response, asset.content, 200);
  }
}
