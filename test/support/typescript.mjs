// Lets Node run the TypeScript of tests as programs: node --import ./test/support/typescript.mjs test/matrix/main.ts
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
