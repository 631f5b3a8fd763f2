import { describe, expect, it } from '@jest/globals';
import { command, endOfReply } from './resp.js';

describe('command', () => {
  it('counts bytes, not letters', () =>
    expect(command('SET', 'ä', 12).toString()).toBe('*3\r\n$3\r\nSET\r\n$2\r\nä\r\n$2\r\n12\r\n'));
});

describe('endOfReply', () => {
  it.each([
    '+OK\r\n',
    ':12\r\n',
    '$3\r\na\r\n\r\n',
    '*0\r\n',
    '*2\r\n*0\r\n*2\r\n:1\r\n$2\r\nab\r\n',
  ])('finds the end of %j, and none before all of it has arrived', (reply) => {
    const data = Buffer.from(`${reply}:7\r\n`);
    expect(endOfReply(data, 0)).toBe(reply.length);
    for (let length = 1; length < reply.length; length++) {
      expect(endOfReply(data.subarray(0, length), 0)).toBe(-1);
    }
  });
});
