/** The body of an error response: `application/problem+json`, or anything that a proxy sends. */
export interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly loginUrl?: string;
}

/** Thrown for an error response; the message is for people. */
export class ApiError extends Error {
  readonly status: number;
  /** The address at which a signed-out user can sign in. */
  readonly loginUrl: string | undefined;

  constructor(status: number, problem: Problem = {}, retryAfter?: string | null) {
    super(wordsFor(status, problem, retryAfter ?? undefined));
    this.status = status;
    this.loginUrl = safeUrl(problem.loginUrl);
  }
}

/** Thrown if no response arrived. */
export class UnreachableError extends Error {
  constructor(options?: ErrorOptions) {
    super('The server cannot be reached. The page keeps retrying.', options);
  }
}

const WORDS: Readonly<Record<number, string>> = {
  401: 'You are signed out. Sign in, then try again.',
  403: 'You are not allowed to do this.',
  404: 'It no longer exists.',
  413: 'This is more than the server accepts in one request.',
  429: 'The server is too busy right now.',
  503: 'Redis does not answer. The page keeps retrying.',
};

/** Describes an error response for people, in the server's own words if it has any. */
export function wordsFor(status: number, { title, detail }: Problem, retryAfter?: string): string {
  const own = detail ?? title;
  const general =
    WORDS[status] ?? `The server, or a proxy in front of it, answered with an error (${status}).`;
  if (status === 429 && /^\d{1,5}$/.test(retryAfter ?? '')) {
    return `${own ?? general} Try again in ${retryAfter} s.`;
  }
  // For an error of the server itself, its title says more than a number.
  return own ?? general;
}

/** Returns whether the user has to sign in again. */
export function isSignedOut(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 401;
}

/** Returns whether the requested resource does not exist, or no longer exists. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Returns whether an immediate retry may help. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status >= 500;
}

/** Returns the message of a thrown value. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * Returns the sign-in address with the whole place of the page as its return address. The server knows only the path,
 * because browsers do not send the part behind `#`.
 */
export function withReturnTo(
  loginUrl: string,
  { pathname, hash }: Readonly<Pick<Location, 'pathname' | 'hash'>>,
): string {
  const known = encodeURIComponent(pathname);
  return loginUrl.replaceAll(known, `${known}${encodeURIComponent(hash)}`);
}

/** Returns an address if it is safe in a link, such as one that runs no script. */
function safeUrl(url: string | undefined): string | undefined {
  if (typeof url !== 'string') return undefined;
  const isScheme = /^[\s\p{Cc}]*[a-z][a-z0-9+.-]*:/iu.test(url);
  return !isScheme || /^https?:/i.test(url) ? url : undefined;
}
