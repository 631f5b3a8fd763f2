import { describe, expect, it } from '@jest/globals';
import { InvalidJobNameError } from '../errors/errors.js';
import { assertJobName } from './job-name.js';

describe('assertJobName', () => {
  it.each(['send_email', 'a', 'Ünïcode 😀', 'with space', 'billing:charge', '__proto__', 'a.b-c'])(
    'accepts %p',
    (name) => expect(() => assertJobName(name)).not.toThrow(),
  );

  it.each([
    ['', 'is empty'],
    ['a,b', 'contains a comma'],
    ['a\nb', 'contains a control character'],
    ['a\u0000', 'contains a control character'],
    ['a\u0085', 'contains a control character'],
    ['\ud800', 'contains half of a surrogate pair'],
    ['x'.repeat(256), 'is longer than 255 characters'],
    ['a:paused', 'ends in the reserved ":paused"'],
    ['a:lock', 'ends in the reserved ":lock"'],
    ['a:lock_info', 'ends in the reserved ":lock_info"'],
    ['a:max_concurrency', 'ends in the reserved ":max_concurrency"'],
    ['a:inprogress', 'ends in the reserved ":inprogress"'],
    [7, 'is not a string'],
    [undefined, 'is not a string'],
  ])('refuses %p', (name, reason) => {
    expect(() => assertJobName(name)).toThrow(
      expect.objectContaining({ constructor: InvalidJobNameError, jobName: name, reason }),
    );
  });
});
