/** What the server says instead of an answer: `application/problem+json`, or whatever a proxy sends. */
export interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly loginUrl?: string;
}

/** What the server answered instead of what was asked for; its message is for people. */
export class ApiError extends Error {
  readonly status: number;
  /** Where somebody who is signed out can sign in. */
  readonly loginUrl: string | undefined;

  constructor(status: number, problem: Problem = {}, retryAfter?: string | null) {
    super(wordsFor(status, problem, retryAfter ?? undefined));
    this.status = status;
    this.loginUrl = safeUrl(problem.loginUrl);
  }
}

/** No answer came at all. */
export class UnreachableError extends Error {
  constructor(options?: ErrorOptions) {
    super('The server cannot be reached. The page goes on trying.', options);
  }
}

const WORDS: Readonly<Record<number, string>> = {
  401: 'You are signed out. Sign in, then try again.',
  403: 'You are not allowed to do this.',
  404: 'It is not there any more.',
  413: 'This is more than the server accepts at once.',
  429: 'The server has too much to do right now.',
  503: 'Redis does not answer. The page goes on trying.',
};

/** What an answer that is an error means, for people: in the server's own words where it has some. */
export function wordsFor(status: number, { title, detail }: Problem, retryAfter?: string): string {
  const own = detail ?? title;
  const general =
    WORDS[status] ?? `The server, or a proxy before it, answered with an error (${status}).`;
  if (status === 429 && /^\d{1,5}$/.test(retryAfter ?? '')) {
    return `${own ?? general} Try again in ${retryAfter} s.`;
  }
  // Of an error of the server itself, its title says more than a number does.
  return own ?? general;
}

/** Whether the user has to sign in again. */
export function isSignedOut(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 401;
}

/** Whether what was asked for is not there, or not any more. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Whether asking again at once may help. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status >= 500;
}

/** What was thrown, in words. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** An address that a link may lead to: no script. */
function safeUrl(url: string | undefined): string | undefined {
  if (typeof url !== 'string') return undefined;
  const isScheme = /^[\s\p{Cc}]*[a-z][a-z0-9+.-]*:/iu.test(url);
  return !isScheme || /^https?:/i.test(url) ? url : undefined;
}
