import {
  counted,
  cutList,
  DEFAULT_NAMESPACE,
  startLine,
  whereText,
} from '@nestcraft/engine/internal';
import { unprovidedMethods } from '../decorators/decorations.js';
import type { FoundHandler } from './job-explorer.js';
import type { WorkInstance } from '../instance/work-instance.js';

/** The jobs that an instance has registered. */
export interface Registration {
  /** The handlers of the jobs that this process runs. */
  readonly handlers: readonly FoundHandler[];
  /** The jobs excluded by `only` and `except`. */
  readonly leftOut: readonly string[];
}

// Limits the list of unprovided classes.
const MAX_NAMED = 3;

/** Returns one line that describes the jobs that an instance runs, for the log at startup. */
export function startReport(instance: WorkInstance, { handlers, leftOut }: Registration): string {
  const { name, options, pool } = instance;
  const runs = name === undefined ? 'Runs' : `Instance "${name}" runs`;
  const where = whereOf(instance);
  if (options.role === 'enqueuer') {
    return `${runs} no jobs: its role is "enqueuer"; ${whereText(where)}`;
  }
  if (handlers.length === 0) return `${runs} no jobs: ${noHandlers(name)}; ${whereText(where)}`;
  const line = startLine({
    ...where,
    jobs: handlers.map(jobText),
    schedules: handlers.reduce((sum, { schedules }) => sum + schedules.length, 0),
    concurrency: pool.concurrency,
  });
  return [`${runs} ${line}`, ...leftOutText(leftOut)].join('; ');
}

function whereOf({ environment, options, connection }: WorkInstance) {
  return {
    namespace: environment.namespace(options) ?? DEFAULT_NAMESPACE,
    place: connection.place,
  };
}

/** `send_email (Mailer.sendEmail)`, with its schedules. */
function jobText({ jobName, className, methodName, schedules }: FoundHandler): string {
  const specs = schedules.map(({ spec }) => `, ${spec}`).join('');
  return `${jobName} (${className}.${methodName}${specs})`;
}

function leftOutText(jobNames: readonly string[]): string[] {
  if (jobNames.length === 0) return [];
  return [`${counted(jobNames.length, 'job')} excluded by "only" and "except"`];
}

function noHandlers(name: string | undefined): string {
  const text =
    'it has no handlers, so no pool is started. Classes with @JobHandler must be providers of an imported module';
  const unprovided = unprovidedMethods()
    .filter(({ jobNames, instance }) => jobNames.length > 0 && instance === name)
    .map(({ className, methodName }) => `${className}.${methodName}`);
  if (unprovided.length === 0) return text;
  return `${text}; no module provides ${cutList(unprovided, MAX_NAMED)}`;
}
