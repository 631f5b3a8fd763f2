import { connect } from 'node:net';

/**
 * Returns whether the server with this process id accepts commands at this port of 127.0.0.1. A server that is still
 * loading its data does not. The process id rules out another server that had the port before.
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
