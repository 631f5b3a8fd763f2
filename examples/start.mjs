// Starts an example: node examples/start.mjs contracts
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

const examples = new URL('./', import.meta.url);
const names = readdirSync(examples).filter((name) =>
  existsSync(new URL(`${name}/package.json`, examples)),
);
const [name = ''] = process.argv.slice(2);

if (names.includes(name)) {
  const cwd = new URL(`${name}/`, examples);
  const example = spawn('npm', ['--silent', 'start'], { cwd, stdio: 'inherit' });
  // Ctrl-C reaches the example itself, which stops in its own time.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => example.kill('SIGTERM'));
  example.on('exit', (code) => (process.exitCode = code ?? 1));
} else {
  console.error(`There is no example "${name}". Run: npm run example <name>`);
  console.error(`The examples are: ${names.join(', ')}`);
  process.exitCode = 2;
}
