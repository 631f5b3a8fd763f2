import { WorkError } from '@nestcraft/engine';

/** A test asks for what cannot be done, or goes on for ever. */
export class WorkTestingError extends WorkError {}
