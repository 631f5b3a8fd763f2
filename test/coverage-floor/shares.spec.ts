import { expect, it } from '@jest/globals';
import { shares } from './shares.mjs';

it('the share of a package is that of its lines, whatever the files', () => {
  const lines = (covered: number, total: number): { lines: object } => ({
    lines: { covered, total },
  });
  const summary = {
    total: lines(6, 16),
    '/root/packages/work/src/a.ts': lines(1, 1),
    '/root/packages/engine/src/a.ts': lines(1, 2),
    '/root/packages/engine/src/deep/b.ts': lines(2, 6),
  };
  expect(shares(summary as Parameters<typeof shares>[0], '/root')).toEqual({
    engine: 37.5,
    work: 100,
  });
});
