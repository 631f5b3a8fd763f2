import { Enqueuer } from '@nestcraft/work';

const [, , redis = '', namespace = ''] = process.argv;

/** Only enqueues, as a function in somebody's cloud does. */
async function main(): Promise<void> {
  const enqueuer = new Enqueuer({ redis, namespace });
  const { id } = await enqueuer.enqueue('greet', { name: 'Ada' });
  await enqueuer.close();
  console.log(JSON.stringify(id));
}

void main();
