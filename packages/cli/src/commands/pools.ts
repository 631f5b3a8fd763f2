import type { WorkerPoolHeartbeat } from '@nestcraft/engine';
import { isoOf, relative } from '../output/time.js';
import type { Command } from './command.js';

export const pools: Command = {
  usage: 'pools',
  about: 'list the worker pools',
  async run(session) {
    const all = await session.client.pools.list();
    const busy = new Set((await session.client.workers(all)).map(({ workerId }) => workerId));
    const busyIn = ({ workerIds }: WorkerPoolHeartbeat): number =>
      workerIds.filter((id) => busy.has(id)).length;
    session.print(
      all.map((pool) => ({
        ...pool,
        startedAt: isoOf(pool.startedAt),
        heartbeatAt: isoOf(pool.heartbeatAt),
        busy: busyIn(pool),
      })),
      () =>
        session.table(
          all,
          [
            { title: 'Host', text: ({ host }) => host, flexible: true },
            { title: 'Pid', text: ({ pid }) => String(pid), right: true },
            { title: 'Engine', text: ({ engine }) => engine },
            {
              title: 'Busy',
              text: (pool) => `${busyIn(pool)}/${pool.concurrency}`,
              right: true,
            },
            { title: 'Started', text: ({ startedAt }) => relative(startedAt), right: true },
            { title: 'Beat', text: ({ heartbeatAt }) => relative(heartbeatAt), right: true },
            { title: 'Names', text: ({ jobNames }) => jobNames.join(', '), flexible: true },
          ],
          'No worker pool is registered.',
        ),
    );
    return undefined;
  },
};
