import { cancel, remove, retry, run } from './act.js';
import type { Command } from './command.js';
import { doctor, repair } from './doctor.js';
import { enqueue } from './enqueue.js';
import { explain } from './explain.js';
import { job } from './job.js';
import { dead, jobs, retries, scheduled } from './job-sets.js';
import { pools } from './pools.js';
import { empty, limit, pause, queues, resume } from './queues.js';
import { schedules } from './schedules.js';
import { tail } from './tail.js';

/** All commands, by the heading under which the help lists them. */
export const COMMANDS: Readonly<Record<string, readonly Command[]>> = {
  'Look:': [queues, jobs, scheduled, retries, dead, job, pools, schedules, tail],
  'Understand:': [doctor, explain],
  'Act:': [enqueue, retry, run, cancel, remove, empty, pause, resume, limit, repair],
};
