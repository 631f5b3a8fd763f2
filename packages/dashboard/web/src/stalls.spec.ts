import { expect, it } from '@jest/globals';
import type { Stall } from './api';
import { explanationOf, headOf } from './stalls';

function stall(kind: Stall['kind'], subject?: string): Stall {
  return { kind, subject, since: 0, text: '', remedy: '' };
}

it.each([
  [stall('waiting', 'n'), 'n', { page: 'queue', name: 'n' }],
  [stall('unhandled', 'n'), 'n', { page: 'queue', name: 'n' }],
  [stall('unhandled'), 'No handler', { page: 'queues' }],
  [stall('dead'), 'Dead jobs', { page: 'jobs', set: 'dead' }],
  [stall('schedule', 's'), 's', { page: 'periodic' }],
  [stall('beat'), 'Heartbeats', { page: 'pools' }],
])('shows the stall %j as "%s", with the page that explains it', (one, head, page) => {
  expect(headOf(one)).toBe(head);
  expect(explanationOf(one)[1]).toEqual(page);
});
