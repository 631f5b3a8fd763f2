import { Command as Program, CommanderError } from 'commander';
import type { Command } from './commands/command.js';
import { COMMANDS } from './commands/commands.js';
import type { CompletionModel } from './completion/model.js';
import { completionScript, SHELLS } from './completion/scripts.js';
import { clean } from './output/text.js';
import { CommandFailure, EXIT } from './session/failures.js';
import { Given, oneOf } from './session/given.js';
import { GLOBAL_OPTIONS, passwordsIn, type GivenOptions } from './session/global-options.js';
import { Session } from './session/session.js';
import type { Terminal } from './terminal/terminal.js';

/** Runs a command line. Returns the exit code. Never rejects. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = EXIT.ok;
  const secrets: string[] = [];
  const noting: Terminal = {
    ...terminal,
    readLine: () => {
      const line = terminal.readLine();
      secrets.push(line);
      return line;
    },
  };
  const program = makeProgram(noting, (ended) => (code = ended ?? EXIT.ok));
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    const options = program.opts<GivenOptions>();
    return report(error, terminal, options, [...secrets, ...passwordsOf(options, terminal.env)]);
  }
}

/** @param onEnded gets the exit code of the command */
function makeProgram(terminal: Terminal, onEnded: (code: number | undefined) => void): Program {
  const program = new Program('nestcraft')
    .description('Examines, explains and repairs background jobs on Redis.')
    .usage('<command> [options]')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
      getOutHelpWidth: () => terminal.out.columns ?? 80,
      getErrHelpWidth: () => terminal.err.columns ?? 80,
    })
    .exitOverride();
  for (const [flags, about, value] of GLOBAL_OPTIONS) program.option(flags, about, value);
  for (const [heading, commands] of Object.entries(COMMANDS)) {
    program.commandsGroup(heading);
    for (const command of commands) addCommand(program, command, terminal, onEnded);
  }
  addCompletion(program, terminal);
  return program;
}

function addCommand(
  program: Program,
  { usage, about, options = [], run }: Command,
  terminal: Terminal,
  onEnded: (code: number | undefined) => void,
): void {
  const command = program.command(usage).description(about);
  for (const { flags, about: text, isList } of options) {
    if (isList) command.option(flags, text, (one: string, all: string[]) => [...all, one], []);
    else command.option(flags, text);
  }
  command.action(async () => {
    await using session = new Session(terminal, command.optsWithGlobals<GivenOptions>());
    onEnded(await run(session, new Given(command.processedArgs as string[], command.opts())));
  });
}

function addCompletion(program: Program, terminal: Terminal): void {
  program.commandsGroup('Set up:');
  program
    .command('completion <shell>')
    .description(`print the script that completes commands in a shell: ${SHELLS.join(', ')}`)
    .action((shell: string) => {
      const chosen = oneOf('The shell', shell, SHELLS);
      terminal.out.write(completionScript(chosen, completionModel(program)));
    });
}

function completionModel(program: Program): CompletionModel {
  const longOf = (one: Program): string[] => one.options.flatMap(({ long }) => long ?? []);
  return {
    commands: program.commands.map((command) => ({
      ...{ name: command.name(), about: command.description() },
      options: longOf(command),
    })),
    globals: longOf(program),
  };
}

/** Says in one sentence why a command failed. Returns the exit code. */
function report(
  error: unknown,
  { env, err }: Terminal,
  options: GivenOptions,
  secrets: readonly string[],
): number {
  // The library has said it.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const isDetailed = options.verbose === true || (env.DEBUG ?? '') !== '';
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const isOurs = error instanceof CommandFailure;
  const text = isDetailed && !isOurs ? (stack ?? message) : message;
  const shown = secrets.filter(Boolean).reduce((all, one) => all.replaceAll(one, '***'), text);
  // The texts of Redis and of jobs may contain anything.
  err.write(
    shown
      .split('\n')
      .map((line) => `${lineOf(line)}\n`)
      .join(''),
  );
  return isOurs ? error.exitCode : EXIT.failed;
}

/** Returns a line without control characters. A stack is indented. */
function lineOf(line: string): string {
  return `${/^ */.exec(line)?.[0] ?? ''}${clean(line)}`;
}

function passwordsOf(
  { redis, redisPasswordEnv }: GivenOptions,
  env: Terminal['env'],
): readonly string[] {
  const own = redisPasswordEnv === undefined ? undefined : env[redisPasswordEnv];
  return [...passwordsIn(redis), own ?? ''];
}
