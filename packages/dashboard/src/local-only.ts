import { isIP } from 'node:net';

interface Request {
  readonly headers: { readonly host?: string | undefined };
}

interface Response {
  writeHead(status: number, headers: Readonly<Record<string, string>>): Response;
  end(text: string): unknown;
}

/** Whether an address or a name is this machine's own. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * Refuses what is asked for under another name than this machine's. A page of another site can have its own name lead
 * to 127.0.0.1, and is then, for the browser, of the same origin as the dashboard.
 */
export function localOnly(request: Request, response: Response, next: () => void): void {
  const [, host = ''] = /^\[?(.*?)\]?(:\d+)?$/.exec(request.headers.host ?? '') ?? [];
  if (isLoopback(host)) {
    next();
    return;
  }
  response
    .writeHead(421, { 'Content-Type': 'text/plain; charset=utf-8' })
    .end(`The dashboard answers under 127.0.0.1 and localhost only, not under "${host}".\n`);
}
