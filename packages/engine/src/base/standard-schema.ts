import { isObject } from './objects.js';

/**
 * What the schemas of zod, valibot, arktype and others have in common: https://standardschema.dev. Said here again, so
 * that a contract needs none of their packages.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** For the compiler alone. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema answers: the value, which may have been transformed, or what is wrong with it. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Something that is wrong with a job's arguments. */
export interface JobArgsIssue {
  /** Where, such as `args.items.3.price`; `args` for the whole. */
  readonly path: string;
  readonly message: string;
}

/** A schema, or something that only looks like one. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  return isObject(value) && '~standard' in value;
}

/** A schema's issues as a job's, which begin at `args`. */
export function argsIssues(issues: readonly SchemaIssue[]): readonly JobArgsIssue[] {
  return issues.map(({ path = [], message }) => {
    const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
    return { path: ['args', ...keys].join('.'), message };
  });
}
