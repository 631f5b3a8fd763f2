import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Host } from './host.js';
import { HOSTS } from './hosts.js';
import type { Answer, Question } from './protocol.js';

const ANSWERS = 3;

/** A competitor's process: `node main.js <competitor>`. It ends with its standard input. */
const [, , name = ''] = process.argv;
const makeHost = HOSTS[name];
if (!makeHost) throw new Error(`No competitor "${name}"`);
const host = await makeHost();
const answers = createWriteStream('', { fd: ANSWERS });

for await (const line of createInterface({ input: process.stdin })) {
  answers.write(`${JSON.stringify(await answer(host, JSON.parse(line) as Question))}\n`);
}
process.exit();

async function answer(host: Host, { verb, params }: Question): Promise<Answer> {
  const act = host[verb] as (params: unknown) => Promise<unknown>;
  try {
    return { result: await act(params) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
