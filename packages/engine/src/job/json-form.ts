import { types } from 'node:util';

/**
 * What JSON would make of an object, told apart: its own properties, which is all that JSON knows of an object, or
 * something else.
 */
export type JsonForm =
  | { readonly kind: 'properties' }
  /** A number, string, boolean or bigint in an object's clothes, as `new Number(5)`. */
  | { readonly kind: 'primitive'; readonly value: unknown }
  /** JSON that somebody has written already, by `JSON.rawJSON`. */
  | { readonly kind: 'raw'; readonly text: string }
  /** Its content is not in its properties: JSON would lose it. */
  | { readonly kind: 'lost'; readonly what: string; readonly advice?: string | undefined };

const PROPERTIES: JsonForm = { kind: 'properties' };

/** What holds its content elsewhere although it may have properties, in whatever realm it was made. */
const LOSSY: readonly (readonly [
  is: (value: unknown) => boolean,
  what: string,
  advice?: string,
])[] = [
  [types.isNativeError, 'an Error', 'enqueue its message'],
  [types.isArrayBufferView, 'binary data', 'enqueue it as a string, in base64 for instance'],
  [types.isAnyArrayBuffer, 'binary data', 'enqueue it as a string, in base64 for instance'],
  [types.isMap, 'a Map'],
  [types.isSet, 'a Set'],
  [types.isWeakMap, 'a WeakMap'],
  [types.isWeakSet, 'a WeakSet'],
  [types.isPromise, 'a promise', 'await it'],
  [types.isRegExp, 'a RegExp', 'enqueue its source'],
  [types.isGeneratorObject, 'a generator', 'enqueue an array of its values'],
  [types.isDate, 'a Date without toJSON()', 'enqueue its toISOString()'],
];

interface RawJsonApi {
  readonly isRawJSON?: (value: unknown) => boolean;
}

/**
 * The form of an object that has no `toJSON` and is no array. A class's instance is its own properties; where it has
 * none, but its class has members, what it holds is out of JSON's sight: in private fields, or inside the runtime.
 */
export function jsonForm(object: object): JsonForm {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === Object.prototype) return PROPERTIES;
  if (prototype === null) return rawForm(object) ?? PROPERTIES;
  if (types.isBoxedPrimitive(object)) return { kind: 'primitive', value: unboxed(object) };
  const lossy = LOSSY.find(([is]) => is(object));
  if (lossy) return { kind: 'lost', what: lossy[1], advice: lossy[2] };
  if (Object.keys(object).length > 0 || !hasMembers(prototype)) return PROPERTIES;
  const what = `an instance of ${nameOf(object)} without toJSON()`;
  return { kind: 'lost', what, advice: 'enqueue what it holds as a plain object' };
}

function rawForm(object: object): JsonForm | undefined {
  const { isRawJSON } = JSON as RawJsonApi;
  if (!isRawJSON?.(object)) return undefined;
  return { kind: 'raw', text: (object as { readonly rawJSON: string }).rawJSON };
}

function unboxed(object: object): unknown {
  if (types.isNumberObject(object)) return Number(object);
  if (types.isStringObject(object)) return String(object);
  if (types.isBooleanObject(object)) return Boolean.prototype.valueOf.call(object);
  if (types.isBigIntObject(object)) return BigInt.prototype.valueOf.call(object);
  return Symbol.prototype.valueOf.call(object);
}

/** Whether a class has methods or accessors, by which its instances can hold something that is no property. */
function hasMembers(prototype: unknown): boolean {
  for (let one = prototype; typeof one === 'object' && one !== null;) {
    const next: unknown = Object.getPrototypeOf(one);
    if (next === null) return false; // the Object.prototype of some realm
    if (Reflect.ownKeys(one).some((key) => key !== 'constructor')) return true;
    one = next;
  }
  return false;
}

function nameOf(object: object): string {
  const { name } = object.constructor as { readonly name?: unknown };
  if (typeof name === 'string' && name !== '' && name !== 'Object') return name;
  const tag: unknown = (object as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return typeof tag === 'string' && tag !== '' ? tag : 'a class';
}
