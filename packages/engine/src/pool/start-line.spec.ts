import { describe, expect, it } from '@jest/globals';
import { cutList, startLine } from './start-line.js';

const where = { namespace: 'my_app', place: '127.0.0.1:6379/0', concurrency: 10 };

describe('startLine', () => {
  it('lists jobs, schedules, and their places', () => {
    expect(startLine({ ...where, jobs: ['a', 'b (B.run)'], schedules: 1 })).toBe(
      '2 jobs: a, b (B.run); 1 schedule; namespace my_app at 127.0.0.1:6379/0; concurrency 10',
    );
  });

  it('leaves out empty parts', () => {
    expect(startLine({ ...where, namespace: '', jobs: ['a'], schedules: 0 })).toBe(
      '1 job: a; no namespace at 127.0.0.1:6379/0; concurrency 10',
    );
  });

  it('cuts long lists, in numbers and in letters', () => {
    const names = Array.from({ length: 32 }, (_, index) => `job_${index}`);
    const line = startLine({ ...where, jobs: names, schedules: 0 });
    expect(line).toMatch(/^32 jobs: job_0, .*, job_19 and 12 more; /);
    const long = names.map(() => 'x'.repeat(255));
    expect(startLine({ ...where, jobs: long, schedules: 0 }).length).toBeLessThan(1_200);
    expect(cutList(['x'.repeat(5_000), 'y'])).toBe(`${'x'.repeat(5_000)} and 1 more`);
  });
});
