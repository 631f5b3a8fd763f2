import { allKeys, reads, serves, type Commands } from '../command.js';
import { OK, RedisError } from '../reply.js';

export const transactions: Commands = {
  MULTI: serves(0, ({ session }) => session.begin()),
  EXEC: serves(0, ({ session }) => session.execute()),
  DISCARD: serves(0, ({ session }) => session.discard()),
  WATCH: reads(
    [1, Infinity],
    ({ session, args }) => {
      if (session.isInTransaction) throw new RedisError('ERR WATCH inside MULTI is not allowed');
      for (const key of args) session.watched.add(key);
      return OK;
    },
    allKeys,
  ),
  UNWATCH: serves(0, ({ session }) => {
    session.watched.clear();
    session.watchedHasChanged = false;
    return OK;
  }),
};
