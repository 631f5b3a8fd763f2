import { expect, it } from '@jest/globals';
import { newId } from './id.js';

it('makes ids of 24 hex digits, each another', () => {
  const ids = Array.from({ length: 1_000 }, () => newId());
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{24}$/);
  expect(new Set(ids).size).toBe(1_000);
});
