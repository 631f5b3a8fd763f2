import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseEntry, type JobEntry } from './job-entry.js';
import { Keys } from '../redis/keys.js';
import { ownsClaim, uniqueKey, uniqueKeyOf } from './unique-key.js';

const keys = new Keys('ns');

interface Vectors {
  readonly unique: readonly {
    name: string;
    args_json: string;
    unique_key: string;
    raw_job: string;
  }[];
  readonly unique_by_key: { unique_key: string; raw_job: string };
}

const vectors = JSON.parse(
  readFileSync(new URL('../testing/gocraft-vectors.json', import.meta.url), 'utf8'),
) as Vectors;

describe('a unique key', () => {
  it.each(vectors.unique)('equals the key of gocraft/work: $unique_key', (vector) => {
    const args = JSON.parse(vector.args_json) as object | null;
    expect(uniqueKey(keys, vector.name, args)).toBe(vector.unique_key);
    const entry = parseEntry(vector.raw_job);
    expect(uniqueKeyOf(keys, entry)).toBe(vector.unique_key);
    expect(uniqueKeyOf(keys, { ...entry, uniqueKey: '' })).toBe(vector.unique_key);
  });

  it('by key equals the key of gocraft/work', () => {
    const { unique_key: expected, raw_job: raw } = vectors.unique_by_key;
    expect(uniqueKey(keys, 'clear_cache', { my_key: '586' })).toBe(expected);
    expect(uniqueKeyOf(keys, parseEntry(raw))).toBe(expected);
  });

  // What gocraft/work's own code printed for these.
  it.each<[object, string]>([
    [{ a: "<>&'/\u2028\u2029" }, `{"a":"\\u003c\\u003e\\u0026'/\\u2028\\u2029"}`],
    [
      { a: '\0\u0001\b\f\n\r\t\u000b\u001f"\\' },
      '{"a":"\\u0000\\u0001\\b\\f\\n\\r\\t\\u000b\\u001f\\"\\\\"}',
    ],
    [{ a: 'x\ud800y\udc00z\u007f\u0085' }, '{"a":"x\\ufffdy\\ufffdz\u007f\u0085"}'],
    [
      { b: 1, a: 2, A: 3, '10': 4, '9': 5, é: 6, '\uffff': 7, '😀': 8, _: 9 },
      '{"10":4,"9":5,"A":3,"_":9,"a":2,"b":1,"é":6,"\uffff":7,"😀":8}',
    ],
    [
      { n: [1, 1.5, -0, 1e20, 1e21, 1e-6, 1e-7] },
      '{"n":[1,1.5,-0,100000000000000000000,1e+21,0.000001,1e-7]}',
    ],
    [
      { n: [9007199254740993n, 18446744073709551615n, 1.7976931348623157e308, 5e-324] },
      '{"n":[9007199254740993,18446744073709551615,1.7976931348623157e+308,5e-324]}',
    ],
    [
      { z: { b: [1, 'x', null, true], a: {} }, n: null, e: [] },
      '{"e":[],"n":null,"z":{"a":{},"b":[1,"x",null,true]}}',
    ],
  ])('of %j', (args, text) => {
    expect(uniqueKey(keys, 'job', args)).toBe(`ns:unique:job:${text}\n`);
  });

  it('of no arguments is the name alone', () => {
    expect(uniqueKey(keys, 'job', null)).toBe('ns:unique:job:');
    expect(uniqueKey(keys, 'job', {})).toBe('ns:unique:job:{}\n');
  });

  it('can be made as older Go makes it', () => {
    expect(uniqueKey(keys, 'job', { a: '\b\f' }, { escapes: 'go1.21' })).toBe(
      'ns:unique:job:{"a":"\\u0008\\u000c"}\n',
    );
  });
});

describe('the claim of an entry', () => {
  const fresh: JobEntry = {
    ...parseEntry('{"name":"n","id":"i","t":1,"args":null,"unique":true}'),
    uniqueKey: 'ns:unique:n:',
  };

  it.each<[string, Partial<JobEntry>, boolean]>([
    ['that waits for its first run', {}, true],
    ['that is not unique', { unique: false }, false],
    ['that was started under the rule of gocraft/work', { claim: 'released' }, false],
    ['that has failed', { fails: 1 }, false],
    ['that holds it until it is done', { fails: 1, claim: 'held' }, true],
  ])('%s', (_what, changes, owns) => expect(ownsClaim({ ...fresh, ...changes })).toBe(owns));

  it('has no key outside of the claims', () => {
    expect(uniqueKeyOf(keys, { ...fresh, uniqueKey: 'ns:dead' })).toBeUndefined();
    expect(uniqueKeyOf(keys, { ...fresh, unique: false })).toBeUndefined();
  });
});
