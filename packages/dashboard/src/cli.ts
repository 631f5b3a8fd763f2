#!/usr/bin/env node
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { silentLogger, WorkModule } from '@nestcraft/work';
import { WorkDashboardModule } from './dashboard.module.js';
import { isLoopback, localOnly } from './local-only.js';

const USAGE = `Usage: nestcraft-dashboard [options]

Serves the dashboard of a namespace without an application, also of a fleet of gocraft/work alone.

  --redis URL        default redis://127.0.0.1:6379
  --namespace NAME   default work
  --port PORT        default 5040; 0 takes a free one
  --host HOST        default 127.0.0.1: whoever reaches the address may use the dashboard
  --read-only        refuse everything but looking
  --help
`;

const OPTIONS = {
  redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
  namespace: { type: 'string', default: 'work' },
  port: { type: 'string', default: '5040' },
  host: { type: 'string', default: '127.0.0.1' },
  'read-only': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

const options = readOptions();
if (options.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const port = Number(options.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  process.stderr.write(`--port ${options.port} is no port: give a number from 0 to 65535.\n`);
  process.exit(2);
}

@Module({
  imports: [
    WorkModule.forRoot({
      redis: options.redis,
      namespace: options.namespace,
      logger: silentLogger,
    }),
    WorkDashboardModule.forRoot({
      path: 'work',
      readOnly: options['read-only'],
      insecureAllowAll: true, // It is bound to this machine, unless its user says otherwise.
    }),
  ],
})
class CliModule {}

const app = await NestFactory.create(CliModule, { logger: ['error', 'warn'] });
app.enableShutdownHooks();
if (isLoopback(options.host)) app.use(localOnly);
await app.listen(port, options.host);
process.stdout.write(`The dashboard of "${options.namespace}" is at ${await app.getUrl()}/work\n`);
