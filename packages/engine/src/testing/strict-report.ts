import type { Report } from '../logging/report.js';

/** For tests in which nothing goes wrong: throws whatever is reported. */
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

/** Keeps the errors that are reported. */
export function reportInto(errors: unknown[]): Report {
  return { ...strictReport, error: (_where, error) => void errors.push(error) };
}
