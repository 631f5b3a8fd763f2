import type { Socket } from 'node:net';
import type { RedisOptions } from 'ioredis';
import { FailoverWatch } from './failover-watch.js';
import { FindingConnector } from './finding-connector.js';
import type { SentinelMaster } from './sentinel-master.js';

/**
 * Returns a connector that connects to the master that the Sentinels name. In contrast to ioredis's own it is never stuck: a
 * Sentinel that does not answer is passed over, and while none names a master, each attempt fails and says why.
 */
export function sentinelConnector(master: SentinelMaster): NonNullable<RedisOptions['Connector']> {
  return class extends FindingConnector {
    #watch: FailoverWatch | undefined;

    constructor(options: unknown) {
      super(options as RedisOptions, master);
    }

    override async connect(): Promise<Socket> {
      const stream = await super.connect();
      // A Sentinel that is cut off from the others still names the former master.
      stream.once('close', () => {
        if (stream.bytesRead === 0) master.doubt();
      });
      // By now the Sentinels have named each other.
      void this.#watch?.cover();
      return stream;
    }

    override disconnect(): void {
      this.#watch?.end();
      this.#watch = undefined;
      super.disconnect();
    }

    /** Rejects a server that is not a master, or not yet. */
    override check({ role = 'master' }: { readonly role?: string }): boolean {
      if (role === 'master') return true;
      master.doubt();
      const { host, port } = master.found ?? {};
      const wrong = `${host}:${port}, which the Sentinels name as the master, is a replica`;
      this.stream.destroy(new Error(wrong));
      return false;
    }

    protected override get tls(): RedisOptions['tls'] {
      return this.options.enableTLSForSentinelMode ? this.options.tls : undefined;
    }

    /** Does not wait for replies: the former master would acknowledge what it is about to lose. */
    #leave(): void {
      this.disconnect();
      (this.stream as Socket | undefined)?.destroy();
    }

    /** Watching begins before the look-up, so that no failover falls in between. */
    protected override async prepare(): Promise<void> {
      if (!this.options.failoverDetector) return;
      this.#watch ??= new FailoverWatch(master, this.options, () => this.#leave());
      await this.#watch.cover();
    }
  };
}
