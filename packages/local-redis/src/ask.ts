import { connect } from 'node:net';

const TIMEOUT = 5_000;

/** Sends a command to the server at this port of 127.0.0.1 and returns its reply. @throws the server's error */
export function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // The server answers before it closes its side. A Sentinel has no QUIT.
    const socket = connect(port, '127.0.0.1', () => socket.end(`${command}\r\n`));
    let reply = '';
    socket.setTimeout(TIMEOUT, () => socket.destroy(new Error(`No answer to ${command}`)));
    socket.on('data', (data) => (reply += data.toString()));
    socket.once('error', reject);
    socket.once('close', () => {
      if (reply.startsWith('-')) reject(new Error(`${command}: ${reply.slice(1).trim()}`));
      else resolve(reply);
    });
  });
}
