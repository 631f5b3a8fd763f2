export { ClsPropagator, type ClsPropagatorOptions } from './cls-propagator.js';
