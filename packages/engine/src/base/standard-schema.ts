import { isObject } from './objects.js';

/**
 * The common interface of zod, valibot, arktype and others: https://standardschema.dev. Declared here, so that
 * contracts need none of their packages.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** Used by the compiler only. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** A schema's result: the value, possibly transformed, or its issues. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** An error in a job's arguments. */
export interface JobArgsIssue {
  /** The path, such as `args.items.3.price`; `args` for the arguments as a whole. */
  readonly path: string;
  readonly message: string;
}

/** Returns whether a value looks like a schema. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  return isObject(value) && '~standard' in value;
}

/** Converts a schema's issues to a job's, whose paths begin at `args`. */
export function argsIssues(issues: readonly SchemaIssue[]): readonly JobArgsIssue[] {
  return issues.map(({ path = [], message }) => {
    const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
    return { path: ['args', ...keys].join('.'), message };
  });
}
