import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BatchSender } from './batch-sender.js';

const MIB = 1024 * 1024;

let sent: string[];
let refused: string[];
let problems: Error[];
let finish: ((problem?: Error) => void)[];
let ready: () => Promise<void>;
let writes: number;
let sender: BatchSender;

beforeEach(() => {
  [sent, refused, problems, finish, writes] = [[], [], [], [], 0];
  ready = () => Promise.resolve();
  sender = new BatchSender({
    ready: () => ready(),
    inOneWrite: (send) => {
      writes++;
      return send();
    },
  });
});

afterEach(async () => {
  while (finish.length > 0) await answer();
  await sender.idle();
});

function add(name: string, size = 1): void {
  sender.add({
    size,
    send: () => {
      sent.push(name);
      return new Promise((resolve) => finish.push(resolve));
    },
    refuse: (cause) => {
      refused.push(name);
      problems.push(cause as Error);
    },
  });
}

/** The first of what is under way is answered. */
async function answer(problem?: Error): Promise<void> {
  finish.shift()?.(problem);
  await turns();
}

async function turns(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise(setImmediate);
}

describe('BatchSender', () => {
  it('sends all commands of one turn in one write, in order', async () => {
    for (const name of ['a', 'b', 'c']) add(name);
    expect(sent).toEqual([]);
    await turns();
    expect([sent, writes]).toEqual([['a', 'b', 'c'], 1]);
  });

  it('has no more than some megabytes under way, and the rest wait for as long as it takes', async () => {
    for (const name of ['a', 'b', 'c', 'd']) add(name, 1.5 * MIB);
    await turns();
    expect(sent).toEqual(['a', 'b']);
    await answer();
    expect(sent).toEqual(['a', 'b', 'c']);
    await answer();
    expect(sent).toEqual(['a', 'b', 'c', 'd']);
    expect(refused).toEqual([]);
  });

  it('sends a larger command alone', async () => {
    for (const name of ['small', 'huge', 'behind']) add(name, name === 'huge' ? 100 * MIB : 1);
    await turns();
    expect(sent).toEqual(['small']);
    await answer();
    expect(sent).toEqual(['small', 'huge']);
    await answer();
    expect(sent).toEqual(['small', 'huge', 'behind']);
  });

  it('has no more than a thousand commands under way', async () => {
    for (let i = 0; i < 1_100; i++) add(String(i));
    await turns();
    expect(sent).toHaveLength(1_000);
  });

  it('refuses waiting commands when a command was not answered in time', async () => {
    for (const name of ['a', 'b', 'c']) add(name, 3 * MIB);
    await turns();
    await answer(new Error('Command timed out'));
    expect([sent, refused]).toEqual([['a'], ['b', 'c']]);
    add('later');
    await turns();
    expect(sent).toEqual(['a', 'later']);
  });

  it('goes on when a connection was lost and is there again', async () => {
    for (const name of ['a', 'b']) add(name, 3 * MIB);
    await turns();
    await answer(new Error('Connection is closed.'));
    expect([sent, refused]).toEqual([['a', 'b'], []]);
  });

  it('refuses waiting commands without a connection', async () => {
    ready = () => Promise.reject(new Error('down'));
    for (const name of ['a', 'b']) add(name);
    await turns();
    expect([sent, refused]).toEqual([[], ['a', 'b']]);
    expect(problems[0]?.message).toBe('down');
    await sender.idle();
  });

  it('is idle when all is answered', async () => {
    add('a');
    let idle = false;
    const waiting = sender.idle().then(() => (idle = true));
    await turns();
    expect(idle).toBe(false);
    await answer();
    await waiting;
  });
});
