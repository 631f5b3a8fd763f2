import { isIP } from 'node:net';

/** Returns whether an address or name belongs to this machine and is reachable only from it. */
export function isLoopback(host: string): boolean {
  const name = plain(host);
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') || // browsers never resolve these by DNS
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  );
}

/** Normalises a name: names are not case-sensitive and may end with a dot. */
export function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
