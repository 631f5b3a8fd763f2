import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalRedis } from '@nestcraft/local-redis';
import { Redis } from 'ioredis';
import type { DemoOptions } from './demo-options.js';
import { MailServer } from './outbox/mail-server.js';

/**
 * The services that the application needs: Redis, a mail server, a folder. They are private unless others are given.
 */
export class Services {
  private constructor(
    readonly options: DemoOptions,
    private readonly ends: (() => Promise<unknown>)[],
  ) {}

  /** Starts the services that `env` does not name. */
  static async start(
    env: NodeJS.ProcessEnv,
    { once, quiet }: { once: boolean; quiet: boolean },
  ): Promise<Services> {
    const ends: (() => Promise<unknown>)[] = [];
    const folder = await mkdtemp(join(tmpdir(), 'nestcraft-demo-'));
    ends.push(() => rm(folder, { recursive: true, force: true }));

    // A single run must neither see jobs of other runs nor leave any behind.
    const namespace = once ? `demo-${randomUUID()}` : 'demo';
    let redisUrl = env.REDIS_URL;
    if (redisUrl) {
      const url = redisUrl;
      if (once) ends.push(() => forget(url, namespace));
    } else {
      const redis = await LocalRedis.start();
      ends.push(() => redis.stop());
      redisUrl = redis.url;
    }

    let smtpUrl = env.SMTP_URL;
    let outboxFolder: string | undefined;
    if (!smtpUrl) {
      outboxFolder = env.OUTBOX_DIR ?? join(folder, 'outbox');
      const mailServer = await MailServer.start(outboxFolder);
      ends.push(() => mailServer.stop());
      smtpUrl = mailServer.url;
    }
    const exportsFolder = env.EXPORTS_DIR ?? join(folder, 'exports');
    const traffic = !once && !quiet;
    const options = { redisUrl, namespace, smtpUrl, outboxFolder, exportsFolder, traffic };
    return new Services(options, ends);
  }

  /** Stops the services in reverse order. */
  async stop(): Promise<void> {
    for (const end of this.ends.reverse()) await end();
  }
}

/** Removes all keys of a namespace. */
async function forget(redisUrl: string, namespace: string): Promise<void> {
  const redis = new Redis(redisUrl);
  for await (const keys of redis.scanStream({ match: `${namespace}:*` }) as AsyncIterable<
    string[]
  >) {
    if (keys.length > 0) await redis.del(keys);
  }
  redis.disconnect();
}
