import { connect } from 'node:net';

/**
 * Whether the server with this process id takes commands at this port of 127.0.0.1. One that still loads its data
 * does not; and another server, which had the port before, is not the one.
 */
export function ping(port: number, pid: number, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let reply = '';
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(milliseconds, () => finish(false));
    socket.once('connect', () => socket.write('PING\r\nINFO server\r\n'));
    socket.on('data', (data) => {
      reply += data.toString();
      const [, id] = /process_id:(\d+)\r\n/.exec(reply) ?? [];
      if (id !== undefined) finish(reply.startsWith('+PONG') && Number(id) === pid);
    });
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });
}
