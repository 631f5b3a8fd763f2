import {
  Catch,
  HttpException,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { InvalidJobArgsError, InvalidJobNameError, InvalidOptionError } from '@nestcraft/work';
import { errorLine, errorStack } from '@nestcraft/work/internal';
import { placeOf, type HttpRequest } from '../http/place.js';
import { Problem } from '../http/problem.js';
import { problemOfRedis } from '../http/redis-problem.js';
import { Reply } from '../http/replies.js';
import { Sender } from '../http/sender.js';
import { SignIn } from '../security/sign-in.js';

// Milliseconds before the same line is logged again: the pages of many viewers poll.
const QUIET = 60_000;
// The dashboard's own path, and the page.
const PAGES: readonly string[] = ['', 'app'];

// Errors that report an invalid request.
const INVALID = [InvalidOptionError, InvalidJobNameError, InvalidJobArgsError] as const;

/**
 * Answers every error of the dashboard's routes, including those of global guards, as `application/problem+json`.
 * Unknown users are told how to sign in, and a browser that opens the page is redirected there.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('WorkDashboard');
  private readonly said = new Map<string, number>();

  constructor(
    private readonly sender: Sender,
    private readonly signIn: SignIn,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<HttpRequest>();
    const problem = this.problemOf(error, request.method !== 'GET');
    this.sender.send(http.getResponse(), this.replyTo(problem, request), undefined);
  }

  private replyTo(problem: Problem, request: HttpRequest): Reply {
    if (problem.getStatus() !== 401) return replyOf(problem);
    const place = placeOf(request);
    const { loginUrl, challenge } = this.signIn.invite(request, place);
    const isPage = request.method === 'GET' && PAGES.includes(place.segments.join('/'));
    if (isPage && loginUrl !== undefined) return Reply.redirect(loginUrl);
    const headers: Record<string, string> =
      challenge === undefined ? {} : { 'WWW-Authenticate': challenge };
    return replyOf(loginUrl === undefined ? problem : problem.with({ loginUrl }), headers);
  }

  private problemOf(error: unknown, isChange: boolean): Problem {
    if (error instanceof Problem) return error;
    if (INVALID.some((one) => error instanceof one)) {
      return new Problem(400, 'invalid', errorLine(error));
    }
    if (error instanceof HttpException) {
      const code = error.getStatus() === 401 ? 'unauthenticated' : 'http';
      return new Problem(error.getStatus(), code, error.message);
    }
    const ofRedis = problemOfRedis(error, isChange);
    if (ofRedis) {
      this.warnOnce(ofRedis);
      return ofRedis;
    }
    this.logger.error(errorStack(error) ?? errorLine(error));
    return new Problem(500, 'internal', 'Something went wrong. See the log of the server.');
  }

  private warnOnce({ code, detail }: Problem): void {
    const now = performance.now();
    if (now - (this.said.get(code) ?? -Infinity) < QUIET) return;
    this.said.set(code, now);
    this.logger.warn(detail);
  }
}

function replyOf(problem: Problem, headers: Readonly<Record<string, string>> = {}): Reply {
  const type = { 'Content-Type': 'application/problem+json' };
  const body = JSON.stringify(problem.getResponse());
  return new Reply(body, { ...type, ...problem.headers, ...headers }, problem.getStatus());
}
