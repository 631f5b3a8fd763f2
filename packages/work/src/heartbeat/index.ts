/**
 * The code of a pool's heartbeat thread. Do not import it. Configure it as a separate entry point of a bundler, named
 * `nestcraft-heartbeat`.
 */
import '@nestcraft/engine/heartbeat';
