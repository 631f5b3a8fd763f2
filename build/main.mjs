import { embed } from './embed.mjs';


await embed('packages/engine/src/redis/lua', 'packages/engine/dist/redis/lua-files.js', 'luaFiles');
await embed('packages/dashboard/public', 'packages/dashboard/dist/page-files.js', 'pageFiles');
