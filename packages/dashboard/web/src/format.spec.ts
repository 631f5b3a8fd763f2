import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  absolute,
  argsOf,
  dateInput,
  duration,
  errorParts,
  firstLine,
  isTime,
  nameParts,
  plural,
  pretty,
  relative,
  secondsOf,
} from './format';

describe('formats', () => {
  it('know one from several', () => {
    expect([plural(0, 'job'), plural(1, 'job'), plural(2_000, 'job')]).toEqual([
      '0 jobs',
      '1 job',
      '2,000 jobs',
    ]);
    expect(plural(2, 'retry', 'retries')).toBe('2 retries');
  });

  it('take the arguments out of an entry to the letter', () => {
    const args = '{ "n": 9007199254740993, "args": [1, {"x": "}\\"{,:"}], "e": "\\u00e9" }';
    expect(argsOf(`{"name":"args","id":"x","t":1,"args":${args},"fails":1}`)).toBe(args);
    expect(argsOf(`{"args" : ${args} }`)).toBe(args);
    expect(argsOf('{"name":"x","unique":true,"args":null}')).toBe('null');
    expect(argsOf('{"x":{"args":1}}')).toBeUndefined();
    expect(argsOf('no job')).toBeUndefined();
  });

  it('take any arguments out of any entry', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (args, other) => {
        expect(argsOf(`{"other":${other},"args":${args},"more":${other}}`)).toBe(args.trim());
      }),
    );
  });

  it('change nothing but white space where they make JSON pretty', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(JSON.parse(pretty(json))).toEqual(JSON.parse(json));
      }),
    );
  });

  it('separate the class of an error from the rest of its first line', () => {
    expect(errorParts('TypeError: x is not a function\n    at y')).toEqual({
      ...{ name: 'TypeError', line: 'x is not a function' },
    });
    expect(errorParts('PaymentError [E_CARD]: no')).toEqual({ name: 'PaymentError', line: 'no' });
    expect(errorParts('the bank said: no\ncause: Error: timeout')).toEqual({
      ...{ name: undefined, line: 'the bank said: no' },
    });
    expect(errorParts('')).toEqual({ name: undefined, line: '' });
    expect(firstLine('\n  first \r\nsecond')).toBe('first');
  });

  it('keep the end of a long name, between characters', () => {
    expect(nameParts('charge_card')).toEqual({ head: 'charge_card', tail: '' });
    expect(nameParts('billing.dunning.second_reminder')).toEqual({
      ...{ head: 'billing.dunning.second_', tail: 'reminder' },
    });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const { head, tail } = nameParts(name);
        expect(head + tail).toBe(name);
      }),
    );
  });

  it('take no score for a time that is none', () => {
    expect([1_800_000_000, -1].map(isTime)).toEqual([true, true]);
    expect([null, undefined, Infinity, NaN, 'inf', 1e16].map(isTime)).toEqual(
      Array<boolean>(6).fill(false),
    );
    expect(absolute(1_796_036_000_000, 'UTC')).toMatch(/^58884-/);
    expect(relative(1_796_036_000_000, 1_800_000_000)).toBe('in 56,894 years');
  });

  it('bring the time of a field back to it', () => {
    const at = secondsOf('2026-11-30T16:49', 'UTC');
    expect(at).toBe(1_796_057_340);
    expect(dateInput(at ?? 0, 'UTC')).toBe('2026-11-30T16:49');
    expect(secondsOf('', undefined)).toBeUndefined();
  });

  it('write lengths of time', () => {
    expect([59, 61, 3_600, 90_000, 4_000 * 86_400].map(duration)).toEqual([
      ...['59 s', '1 min 1 s', '1 h', '1 d 1 h', '10 years'],
    ]);
  });
});
