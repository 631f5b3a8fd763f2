/**
 * Parts for the other packages of Nestcraft Work. They may change in any release: applications import `@nestcraft/work`.
 *
 * @packageDocumentation
 */
export * from '@nestcraft/engine/internal';
export { assertAsyncOptions } from '../options/async-options.js';
