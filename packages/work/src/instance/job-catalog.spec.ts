import { defineJob } from '@nestcraft/engine';
import { expect, it } from '@jest/globals';
import { JobCatalog } from './job-catalog.js';

it('explains a late handler under every name of its contract', () => {
  const contract = defineJob('send_email', { aliases: ['mail'] });
  const catalog = new JobCatalog();
  catalog.noteLate({
    ...{ jobName: contract.name, contract, options: {} },
    ...{ className: 'Mailer', methodName: 'send' },
  });
  for (const name of ['send_email', 'mail']) {
    expect(catalog.hint(name)).toBe(
      'The module of Mailer.send, which handles it, was loaded too late.',
    );
  }
  expect(catalog.hint('other')).toBeUndefined();
});
