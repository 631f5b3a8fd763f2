import type { Command } from '../command.js';
import { connections } from './connections.js';
import { hashes } from './hashes.js';
import { keys } from './keys.js';
import { lists } from './lists.js';
import { scripting } from './scripting.js';
import { servers } from './servers.js';
import { sets } from './sets.js';
import { sortedSets } from './sorted-sets.js';
import { strings } from './strings.js';
import { transactions } from './transactions.js';

/** All commands, by name in capitals. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries({
    ...{ ...keys, ...strings, ...lists, ...hashes, ...sets, ...sortedSets },
    ...{ ...scripting, ...transactions, ...connections, ...servers },
  }),
);
