import type { CompletionModel } from './model.js';

/** The shells with completion. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Returns the script that completes the command in a shell. */
export function completionScript(shell: Shell, model: CompletionModel): string {
  return { bash, zsh, fish }[shell](model);
}

function bash({ commands, globals }: CompletionModel): string {
  return `# Completes nestcraft in bash: eval "$(nestcraft completion bash)"
_nestcraft() {
  local current="\${COMP_WORDS[COMP_CWORD]}" options="${globals.join(' ')}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')}" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${commands.map(({ name, options }) => `    ${name}) options="$options ${options.join(' ')}" ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$options" -- "$current"))
}
complete -F _nestcraft nestcraft
`;
}

function zsh({ commands, globals }: CompletionModel): string {
  return `#compdef nestcraft
# Completes nestcraft in zsh: eval "$(nestcraft completion zsh)"
_nestcraft() {
  local -a commands options
  commands=(
${commands.map(({ name, about }) => `    ${quoted(`${name}:${about}`)}`).join('\n')}
  )
  options=(${globals.join(' ')})
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
${commands.map(({ name, options }) => `    ${name}) options+=(${options.join(' ')}) ;;`).join('\n')}
  esac
  compadd -a options
}
compdef _nestcraft nestcraft
`;
}

function fish({ commands, globals }: CompletionModel): string {
  const option = (long: string): string => `-l ${long.replace(/^--/, '')}`;
  return [
    '# Completes nestcraft in fish: nestcraft completion fish | source',
    'complete -c nestcraft -f',
    ...globals.map((long) => `complete -c nestcraft ${option(long)}`),
    ...commands.flatMap(({ name, about, options }) => [
      `complete -c nestcraft -n __fish_use_subcommand -a ${name} -d ${quoted(about)}`,
      ...options.map(
        (long) => `complete -c nestcraft -n '__fish_seen_subcommand_from ${name}' ${option(long)}`,
      ),
    ]),
    '',
  ].join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
