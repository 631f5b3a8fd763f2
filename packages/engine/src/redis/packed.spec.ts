import { describe, expect, it } from '@jest/globals';
import { pack, unpack } from './packed.js';

const unpacked = (entries: readonly string[]): readonly unknown[] =>
  unpack(Buffer.from(pack(entries)), entries.length);

describe('packed entries', () => {
  it.each([
    ['one', ['{"a":1}']],
    ['several', ['{"a":1}', '{"b":"ü"}', '{}']],
    ['many and long', Array.from({ length: 300 }, (_, i) => `{"i":${i},"x":"${'ä'.repeat(600)}"}`)],
  ])('come out as they went in: %s', (_which, entries) => {
    expect(unpacked(entries)).toEqual(entries);
  });

  it('of which one is not UTF-8 leave the others text', () => {
    const packed = Buffer.concat([Buffer.from('{"a":"ü"}\0'), Buffer.from([0xff, 0, 0x7b, 0x7d])]);
    expect(unpack(packed, 3)).toEqual(['{"a":"ü"}', Buffer.from([0xff]), '{}']);
  });

  it('that are packed alone may contain the separator', () => {
    expect(unpack(Buffer.from('a\0b'), 1)).toEqual(['a\0b']);
  });
});
