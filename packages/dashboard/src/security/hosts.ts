import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { Problem } from '../http/problem.js';
import { isLoopback, plain } from './loopback.js';

/**
 * The hosts under which a dashboard may be requested. A page of another site can point its own name at the dashboard's
 * address (DNS rebinding); the browser then treats it as the same origin. The header Host reveals that name.
 */
export class Hosts {
  private readonly named: ReadonlySet<string>;

  /**
   * @param origins the origins at which browsers reach the dashboard
   * @param isProxied whether a proxy may use its own name for the application: one without a dot, such as a container's
   * name, or an address; no site has such a name
   */
  constructor(
    origins: readonly string[],
    private readonly isProxied: boolean,
  ) {
    this.named = new Set(origins.map((origin) => plain(new URL(origin).hostname)));
  }

  /** @throws Problem for an unknown host */
  assertKnown(host: string): void {
    const name = plain(nameOf(host));
    if (this.named.has(name) || isThisMachine(name)) return;
    if (this.isProxied && name !== '' && (!name.includes('.') || isIP(name) !== 0)) return;
    throw new Problem(
      421,
      'unknown_host',
      `The dashboard does not answer under the name "${name}". Add each name under which it should be reachable to the option "origin", such as https://jobs.example.com.`,
    );
  }
}

function isThisMachine(name: string): boolean {
  if (isLoopback(name) || name === plain(hostname())) return true;
  const addresses = Object.values(networkInterfaces()).flat();
  return isIP(name) !== 0 && addresses.some((one) => one?.address === name);
}

/** Returns the name without the port and without the brackets of an IPv6 address. */
function nameOf(host: string): string {
  return /^\[?(.*?)\]?(:\d+)?$/.exec(host)?.[1] ?? '';
}
