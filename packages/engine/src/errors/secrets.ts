const NESTED = ['cause', 'lastNodeError', 'previousErrors', 'errors'] as const;

/**
 * Removes command arguments from an ioredis error and its nested errors. They contain passwords and job arguments,
 * which would reach the log of any logger that prints errors whole, as Nest's does.
 */
export function hideSecrets(error: unknown, depth = 0): void {
  if (typeof error !== 'object' || error === null || depth > 5) return;
  const { command } = error as { command?: { name?: string; args?: unknown } };
  if (command?.args) (error as { command: unknown }).command = { name: command.name };
  for (const name of NESTED) {
    const nested = (error as Record<string, unknown>)[name];
    for (const one of Array.isArray(nested) ? nested : [nested]) hideSecrets(one, depth + 1);
  }
}

/** Returns a given address, which need not be a valid URL, without its password. */
export function withoutPassword(address: string): string {
  return address
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, '$1***@')
    .replaceAll(/([?&]password=)[^&]*/gi, '$1***');
}

/** Returns a text without the passwords of its URLs. */
export function withoutPasswords(text: string): string {
  if (!text.includes('://')) return text;
  return text
    .replaceAll(/:\/\/[^\s/?#]*@/g, '://***@')
    .replaceAll(/([?&]password=)[^&\s]*/gi, '$1***');
}
