const SECRET_COMMANDS = new Set(['auth', 'hello']);
const NESTED = ['cause', 'lastNodeError', 'previousErrors', 'errors'] as const;

/**
 * Takes passwords out of an error of ioredis, and out of those that it holds: such an error names its command with all
 * arguments, which end in logs.
 */
export function hideSecrets(error: unknown, depth = 0): void {
  if (typeof error !== 'object' || error === null || depth > 5) return;
  const { command } = error as { command?: { name?: string; args?: unknown } };
  if (command?.args && SECRET_COMMANDS.has(String(command.name).toLowerCase())) {
    (error as { command: unknown }).command = { name: command.name };
  }
  for (const name of NESTED) {
    const nested = (error as Record<string, unknown>)[name];
    for (const one of Array.isArray(nested) ? nested : [nested]) hideSecrets(one, depth + 1);
  }
}
