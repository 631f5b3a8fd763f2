import type { Report } from '../logging/report.js';

/** Throws everything that is reported, for tests in which nothing goes wrong. */
export const strictReport: Report = {
  error: (_where, error) => {
    throw error;
  },
  thrown: (_where, error) => {
    throw error;
  },
  warn: (message) => {
    throw new Error(message);
  },
};

/** Collects the reported errors. */
export function reportInto(errors: unknown[]): Report {
  return { ...strictReport, error: (_where, error) => void errors.push(error) };
}
