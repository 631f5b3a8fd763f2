import { describe, expect, it } from '@jest/globals';
import { jsonMembers } from './json-members.js';

describe('jsonMembers', () => {
  it.each([
    ['{}', {}],
    [' { } ', {}],
    ['{"a":1}', { a: '1' }],
    ['{"a":9007199254740993,"b":1.0,"c":1e+14}', { a: '9007199254740993', b: '1.0', c: '1e+14' }],
    ['{"a":"x\\"}","b":"\\\\"}', { a: '"x\\"}"', b: '"\\\\"' }],
    ['{"a":{"b":[1,{"c":"]}"}]},"d":[]}', { a: '{"b":[1,{"c":"]}"}]}', d: '[]' }],
    ['\n{\t"a" : null ,\r\n "b":true}\n', { a: 'null', b: 'true' }],
    ['{"\\u0061":1}', { a: '1' }],
    ['{"a":1,"a":2}', { a: '2' }],
    ['{"a\\"b":1,"a\\\\":2}', { 'a"b': '1', 'a\\': '2' }],
    [
      '{"a":"\\\\\\"","b":"\\\\\\\\","c":[1.0 ,{}]}',
      { a: '"\\\\\\""', b: '"\\\\\\\\"', c: '[1.0 ,{}]' },
    ],
    ['{"s":"\\/ \\u2028 é😀"}', { s: '"\\/ \\u2028 é😀"' }],
  ])('splits %s', (text, members) => {
    expect(Object.fromEntries(jsonMembers(text))).toEqual(members);
  });
});
