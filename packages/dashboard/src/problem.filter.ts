import {
  Catch,
  HttpException,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InvalidJobNameError, InvalidOptionError, NotConnectedError } from '@nestcraft/work';
import { Problem } from './problem.js';

/** Answers every error of the dashboard's routes as `application/problem+json`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('WorkDashboard');

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    const problem = this.problemOf(error);
    httpAdapter.setHeader(response, 'Content-Type', 'application/problem+json');
    httpAdapter.reply(response, JSON.stringify(problem.getResponse()), problem.getStatus());
  }

  private problemOf(error: unknown): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof InvalidOptionError || error instanceof InvalidJobNameError) {
      return new Problem(400, 'invalid', error.message);
    }
    if (error instanceof NotConnectedError) {
      return new Problem(
        503,
        'redis_unreachable',
        'Redis does not answer. The page goes on trying.',
      );
    }
    if (error instanceof HttpException) {
      return new Problem(error.getStatus(), 'http', error.message);
    }
    this.logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return new Problem(500, 'internal', 'Something went wrong; the log of the server says what.');
  }
}
