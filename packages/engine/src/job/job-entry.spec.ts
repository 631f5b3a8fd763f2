import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { UndecodableJobError } from '../errors/errors.js';
import { argsTextOf, envelope, newEntry, parseEntry, rewriteEntry } from './job-entry.js';

const vectors = JSON.parse(
  readFileSync(new URL('../testing/gocraft-vectors.json', import.meta.url), 'utf8'),
) as { plain_jobs: string[]; unique: { raw_job: string; args_json: string; unique_key: string }[] };

describe('newEntry', () => {
  it('writes the bytes of gocraft/work', () => {
    const [plain = ''] = vectors.plain_jobs;
    const { name, id, enqueuedAt } = parseEntry(plain);
    expect(newEntry({ name, id, enqueuedAt, argsText: 'null' })).toBe(plain);
  });
});

describe('parseEntry', () => {
  it.each(vectors.unique)('reads the unique job of gocraft/work with key $unique_key', (vector) => {
    const entry = parseEntry(vector.raw_job);
    expect(entry).toMatchObject({
      name: 'clear_cache',
      unique: true,
      uniqueKey: vector.unique_key,
      fails: 0,
    });
    expect(entry.args).toEqual(JSON.parse(vector.args_json));
  });

  it('reads every field, in any order and with null for zero', () => {
    const text =
      '{"failed_at":3,"err":"boom","fails":2,"args":{"a":1},"t":1,"id":"i","name":"n","unique":null}';
    expect(parseEntry(text)).toEqual({
      name: 'n',
      id: 'i',
      enqueuedAt: 1,
      args: { a: 1 },
      unique: false,
      uniqueKey: '',
      fails: 2,
      lastError: 'boom',
      failedAt: 3,
    });
  });

  it.each([
    ['not json'],
    [''],
    ['null'],
    ['[]'],
    ['"text"'],
    ['{}'],
    ['{"name":""}'],
    ['{"name":7}'],
    ['{"name":"n","id":7}'],
    ['{"name":"n","t":1.5}'],
    ['{"name":"n","t":"1"}'],
    ['{"name":"n","args":[]}'],
    ['{"name":"n","args":"x"}'],
    ['{"name":"n","fails":"1"}'],
    ['{"name":"n","unique":1}'],
    ['{"name":"n","err":{}}'],
    ['{"name":"n"} trailing'],
  ])('refuses %s', (text) => expect(() => parseEntry(text)).toThrow(UndecodableJobError));
});

describe('rewriteEntry', () => {
  const failure = { fails: 2, error: 'boom "q" é\n', at: 1700000001 };

  it('makes the given changes and preserves all other bytes', () => {
    const args =
      '{"big":9007199254740993,"float":1.0,"exp":1e+14,"list":[],"map":{},"s":"\\u2028\\/\\u0000"}';
    const text = `{"name":"n","id":"i","t":1,"args":${args},"trace":"x","unique":true,"unique_key":"k\\n"}`;
    expect(rewriteEntry(text, { failure })).toBe(
      `{"name":"n","id":"i","t":1,"args":${args},"unique":true,"unique_key":"k\\n","fails":2,"err":"boom \\"q\\" é\\n","failed_at":1700000001,"trace":"x"}`,
    );
    expect(rewriteEntry(text, { enqueuedAt: 5 })).toBe(
      `{"name":"n","id":"i","t":5,"args":${args},"unique":true,"unique_key":"k\\n","trace":"x"}`,
    );
  });

  it('keeps bytes that are not UTF-8', () => {
    const before = Buffer.from('{"name":"n","id":"i","t":1,"args":{"a":"');
    const raw = Buffer.concat([before, Buffer.from([0xff, 0xed, 0xa0]), Buffer.from('"}}')]);
    const rewritten = rewriteEntry(raw, { failure });
    expect(rewritten).toEqual(
      Buffer.concat([
        before,
        Buffer.from([0xff, 0xed, 0xa0]),
        Buffer.from('"},"fails":2,"err":"boom \\"q\\" é\\n","failed_at":1700000001}'),
      ]),
    );
  });

  it('gives an entry without id an empty one', () => {
    expect(rewriteEntry('{"name":"n"}', { enqueuedAt: 1 })).toBe('{"name":"n","id":"","t":1}');
  });

  it('makes the same of an entry whether it comes as text or as bytes', () => {
    const text = String.raw`{"name":"n","id":"i","t":1,"args":{},"\u20ac\u00e9":"é"}`;
    const failure = { fails: 1, error: 'é', at: 2 };
    const rewritten = rewriteEntry(Buffer.from(text), { failure });
    expect(rewritten).toEqual(Buffer.from(rewriteEntry(text, { failure })));
  });
});

describe('argsTextOf', () => {
  it.each([
    ['{"name":"n","args":{"a":1.0}}', '{"a":1.0}'],
    ['{"name":"n"}', 'null'],
  ])('of %s is %s', (text, args) => expect(argsTextOf(text)).toBe(args));
});

describe('envelope', () => {
  const about = { jobName: 'wat', reason: 'undecodable job: x', now: 7 };

  it('carries text that is no job in a job that can be decoded', () => {
    expect(parseEntry(envelope('{"broken', about))).toMatchObject({
      name: 'wat',
      enqueuedAt: 7,
      args: { raw: '{"broken' },
      fails: 1,
      lastError: 'undecodable job: x',
      failedAt: 7,
    });
  });

  it('carries other bytes as base64', () => {
    const { args } = parseEntry(envelope(Buffer.from([0xff, 0x00]), about));
    expect(args).toEqual({ raw: '/wA=', encoding: 'base64' });
  });
});
