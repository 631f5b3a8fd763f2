import { WorkError } from '@nestcraft/engine';

/** Thrown when a test asks for something impossible, or would never end. */
export class WorkTestingError extends WorkError {}
