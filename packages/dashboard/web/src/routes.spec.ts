import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ENDPOINTS } from './endpoints';
import { addressOf, identityOf, routeOf, type Route } from './routes';

const NAMES = [
  'ada+test@example.com',
  'R&D',
  '+49 160',
  '#42',
  'a/b?c#d',
  'x&in=dead',
  'queue%',
  '%2e%2e',
  '%25',
  '..',
  '.',
  '~.',
  '~~..',
  '...',
  '',
  ' ',
  'a=b=c',
  'sends 🎉 to 👩‍👩‍👧',
  '\u0000\n\u2028',
  'constructor',
  '__proto__',
  'x'.repeat(5_000),
];

/** What a browser makes of it when it stands behind the `#`. */
function throughBrowser(address: string): string {
  return new URL(`http://127.0.0.1/work/app#${address}`).hash.slice(1);
}

function withText(text: string): Route[] {
  return [
    { page: 'queues', filter: text, sort: text },
    { page: 'queue', name: text, from: 25, before: [0, 7] },
    { page: 'waitingJob', name: text, position: 3, id: text },
    { page: 'running', name: text },
    { page: 'runningJob', worker: text },
    { page: 'jobs', set: 'dead', name: text, at: 1_800_000_000 },
    { page: 'job', set: 'retry', at: text, id: text },
    { page: 'metrics', range: '7d', name: text },
    { page: 'search', q: text, in: 'waiting', name: text },
  ];
}

describe('routes', () => {
  it.each(NAMES)('bring %p through an address as it is', (text) => {
    for (const route of withText(text)) {
      expect(routeOf(throughBrowser(addressOf(route)))).toEqual(route);
    }
  });

  it('bring any text through an address as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (one, other) => {
        for (const text of [one, other]) {
          for (const route of withText(text)) {
            expect(routeOf(throughBrowser(addressOf(route)))).toEqual(route);
          }
        }
      }),
    );
  });

  it('write half a surrogate pair as a replacement, and do not throw', () => {
    expect(addressOf({ page: 'queue', name: 'a\ud800b' })).toBe('/queues/a%EF%BF%BDb');
  });

  it('take any address, and find a page or none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => routeOf(text)).not.toThrow();
        expect(() => routeOf(`/queues/${text}`)).not.toThrow();
        expect(() => routeOf(`/jobs/dead?${text}`)).not.toThrow();
      }),
    );
  });

  it.each([
    ['/', { page: 'overview' }],
    ['/queues/queue%', { page: 'queue', name: 'queue%' }],
    ['/search?q=ada+test@example.com', { page: 'search', q: 'ada+test@example.com' }],
    ['/jobs/dead/1796036000000/x', { page: 'job', set: 'dead', at: '1796036000000', id: 'x' }],
    ['/jobs/dead/inf/x', { page: 'job', set: 'dead', at: 'inf', id: 'x' }],
    ['/metrics?range=2h&__proto__=x&constructor=y', { page: 'metrics' }],
    ['/jobs/dead?from=-1&before=1.x', { page: 'jobs', set: 'dead' }],
    ['/jobs/alive', undefined],
    ['/nowhere', undefined],
    ['/queues/a/b/c', undefined],
    ['', undefined],
  ])('read %p', (address, route) => {
    expect(routeOf(address)).toEqual(route);
  });

  it('identify a page by its content, whichever part is shown', () => {
    const list: Route = { page: 'jobs', set: 'dead', from: 50, name: 'x' };
    expect(identityOf(list)).toBe('/jobs/dead');
    expect(identityOf({ page: 'queue', name: 'a/b', from: 25 })).toBe('/queues/a%2Fb');
  });
});

describe('endpoints', () => {
  it.each(NAMES.filter((name) => name !== ''))('ask the server for %p as it is', (text) => {
    const asked = new URL(
      `http://127.0.0.1/work/api/${ENDPOINTS.search({ page: 'search', q: text })}`,
    );
    expect(asked.searchParams.get('q')).toBe(text);
    expect([...asked.searchParams.keys()]).toEqual(['q']);
    expect(asked.hash).toBe('');
  });

  it.each(NAMES.filter((name) => name !== ''))(
    'name %p in a path that browsers leave alone',
    (text) => {
      const asked = new URL(`http://127.0.0.1/work/api/${ENDPOINTS.waitingJob(text, 3, text)}`);
      const segments = asked.pathname.split('/').map(decodeURIComponent);
      // As the server reads them.
      const read = segments.map((segment) => segment.replace(/^~(?=~*\.\.?$)/, ''));
      expect(read).toEqual(['', 'work', 'api', 'queues', text, 'jobs', '3', text]);
      expect([asked.search, asked.hash]).toEqual(['', '']);
    },
  );
});
