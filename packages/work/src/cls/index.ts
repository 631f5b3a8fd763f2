export { type ClsPropagatorOptions } from './cls-options.js';
export { ClsPropagator } from './cls-propagator.js';
