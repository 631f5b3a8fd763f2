import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Example, type ExampleProcess } from './example.js';

describe('the example web-and-worker', () => {
  const example = new Example('web-and-worker');
  let command: readonly string[];

  beforeAll(async () => {
    await example.transpile();
    const dockerfile = await readFile(join(example.folder, 'Dockerfile'), 'utf8');
    command = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? '') as string[];
  });
  afterAll(() => example.close());

  const start = (role: string): ExampleProcess => example.run(command, { ROLE: role });
  const order = async (web: ExampleProcess, title: string): Promise<Response> =>
    fetch(`${await web.url()}/reports`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title, pages: 5 }),
    });

  it('enqueues in one process, runs in the other, and finishes the job before it exits', async () => {
    const web = start('enqueuer');
    expect((await order(web, 'March')).status).toBe(202);
    expect(await example.client.queue('render_report').list()).toMatchObject({
      jobs: [{ job: { args: { title: 'March', pages: 5 } } }],
    });

    const worker = start('worker');
    expect(await (await fetch(`${await worker.url()}/live`)).text()).toBe('ok');
    await worker.prints(/Rendered "March"/);

    await order(web, 'April');
    await worker.prints(/Rendering "April"/);
    expect(await worker.stop()).toBe('SIGTERM');
    expect(worker.output).toContain('Rendered "April"');
    expect(web.output).not.toContain('Render');
    expect(await web.stop()).toBe('SIGTERM');
    expect(await example.client.queue('render_report').list()).toMatchObject({ jobs: [] });
  });

  it('refuses an unknown role', async () => {
    expect(await start('manager').exit()).toMatch(/"manager"/);
  });
});
