/** A JSON schema. */
export type Schema = Readonly<Record<string, unknown>>;

export const string = { type: 'string' } as const;
export const integer = { type: 'integer' } as const;
export const number = { type: 'number' } as const;
export const boolean = { type: 'boolean' } as const;
/** Seconds since the epoch. */
export const time = { type: 'number', description: 'seconds since the epoch' } as const;

/** Refers to a schema of the document by name. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** Describes a list. */
export function list(items: Schema): Schema {
  return { type: 'array', items };
}

/** Describes a string with a fixed set of values. */
export function oneOf(words: readonly string[]): Schema {
  return { type: 'string', enum: words };
}

/** Describes an object with exactly these members; those whose names end with `?` are optional. */
export function object(members: Readonly<Record<string, Schema>>): Schema {
  const entries = Object.entries(members);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, one]) => [name.replace(/\?$/, ''), one])),
    required: entries.flatMap(([name]) => (name.endsWith('?') ? [] : [name])),
    additionalProperties: false,
  };
}
