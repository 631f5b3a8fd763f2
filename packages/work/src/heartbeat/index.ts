/**
 * The code of the thread from which a pool beats. It is nothing to import: a bundler takes it as an entry point of its
 * own, named `nestcraft-heartbeat`.
 */
import '@nestcraft/engine/heartbeat';
