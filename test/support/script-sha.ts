import { DISPATCHED_SCRIPTS } from '../../packages/engine/src/scripts/running-scripts.js';

/** The digest under which a dispatcher runs one of its scripts, such as `settle`. */
export function scriptSha(name: string): string {
  const script = DISPATCHED_SCRIPTS.find((one) => one.name === name);
  if (!script) throw new Error(`A dispatcher runs no script "${name}"`);
  return script.sha;
}
