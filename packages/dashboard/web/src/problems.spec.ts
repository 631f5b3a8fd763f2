import { describe, expect, it } from '@jest/globals';
import {
  ApiError,
  isGone,
  isPassing,
  isSignedOut,
  UnreachableError,
  withReturnTo,
  wordsFor,
} from './problems';

describe('problems', () => {
  it.each([
    [401, {}, 'You are signed out. Sign in, then try again.'],
    [
      403,
      { title: 'Forbidden', detail: 'The dashboard is read-only.' },
      'The dashboard is read-only.',
    ],
    [403, {}, 'You are not allowed to do this.'],
    [404, {}, 'It no longer exists.'],
    [429, {}, 'The server is too busy right now.'],
    [503, {}, 'Redis does not answer. The page keeps retrying.'],
    [502, {}, 'The server, or a proxy in front of it, answered with an error (502).'],
    [500, { title: 'Internal error' }, 'Internal error'],
  ])('say what %d means', (status, problem, words) => {
    expect(wordsFor(status, problem)).toBe(words);
  });

  it('say when to try again', () => {
    const problem = { detail: 'Two searches are running.' };
    expect(new ApiError(429, problem, '7').message).toBe(
      'Two searches are running. Try again in 7 s.',
    );
    expect(new ApiError(429, problem, 'soon').message).toBe('Two searches are running.');
  });

  it('lead to a page for signing in, and to no script', () => {
    const urlOf = (loginUrl: string) => new ApiError(401, { loginUrl }).loginUrl;
    expect(urlOf('/login?next=1')).toBe('/login?next=1');
    expect(urlOf('https://sso.example.com/')).toBe('https://sso.example.com/');
    expect(urlOf('javascript:alert(1)')).toBeUndefined();
    expect(urlOf(' \u0001JaVaScRiPt:alert(1)')).toBeUndefined();
    expect(urlOf('data:text/html,x')).toBeUndefined();
  });

  it('lead back to the place on the page, which only the browser knows', () => {
    const place = { pathname: '/admin/jobs/app', hash: '#/queues/a%2Fb' };
    expect(withReturnTo('/login?next=%2Fadmin%2Fjobs%2Fapp&x=1', place)).toBe(
      `/login?next=%2Fadmin%2Fjobs%2Fapp${encodeURIComponent('#/queues/a%2Fb')}&x=1`,
    );
    expect(withReturnTo('/login', place)).toBe('/login');
  });

  it('say whether a retry may help', () => {
    expect([401, 403, 404, 429, 500, 503].map((one) => isPassing(new ApiError(one)))).toEqual([
      ...[false, false, false, false, true, true],
    ]);
    expect(isPassing(new UnreachableError())).toBe(true);
    expect([isGone(new ApiError(404)), isSignedOut(new ApiError(401))]).toEqual([true, true]);
    expect([isGone(new Error()), isSignedOut(new ApiError(403))]).toEqual([false, false]);
  });
});
