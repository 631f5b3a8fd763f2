import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { Problem } from '../http/problem.js';

/** Whether an address or a name is this machine's own, and reached from nowhere else. */
export function isLoopback(host: string): boolean {
  const name = plain(host);
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') || // a browser never asks DNS for these
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  );
}

/**
 * Knows under which hosts a dashboard is asked for. A page of another site can have its own name lead to the dashboard's
 * address (DNS rebinding), and is then, for the browser, of the same origin; the header Host tells that name.
 */
export class Hosts {
  private readonly named: ReadonlySet<string>;

  /**
   * @param origins at which browsers reach it
   * @param isProxied whether a proxy may ask under the name that it has for the application: one without a dot, such as
   * that of a container, or an address; no site has such a name
   */
  constructor(
    origins: readonly string[],
    private readonly isProxied: boolean,
  ) {
    this.named = new Set(origins.map((origin) => plain(new URL(origin).hostname)));
  }

  /** @throws Problem for a host that is none of them */
  assertKnown(host: string): void {
    const name = plain(nameOf(host));
    if (this.named.has(name) || isThisMachine(name)) return;
    if (this.isProxied && name !== '' && (!name.includes('.') || isIP(name) !== 0)) return;
    throw new Problem(
      421,
      'unknown_host',
      `The dashboard does not answer under the name "${name}". Give the option "origin", such as https://jobs.example.com, for each name under which it is to be reached.`,
    );
  }
}

function isThisMachine(name: string): boolean {
  if (isLoopback(name) || name === plain(hostname())) return true;
  const addresses = Object.values(networkInterfaces()).flat();
  return isIP(name) !== 0 && addresses.some((one) => one?.address === name);
}

/** Without the port, and without the brackets of an IPv6 address. */
function nameOf(host: string): string {
  return /^\[?(.*?)\]?(:\d+)?$/.exec(host)?.[1] ?? '';
}

/** Names do not tell upper from lower case, and may end with a dot. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
