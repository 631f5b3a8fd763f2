import { afterAll } from '@jest/globals';

// Jest fails a test under which a promise rejects and nobody hears it, or an exception is caught by nobody. What the last
// test of a file leaves behind comes after it: this keeps Jest listening for some turns of the event loop more.
const TURNS = 3;

afterAll(async () => {
  for (let turn = 0; turn < TURNS; turn++) await new Promise(setImmediate);
});
