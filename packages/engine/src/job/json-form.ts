import { types } from 'node:util';

/** How JSON represents an object: by its own properties, or in another way. */
export type JsonForm =
  | { readonly kind: 'properties' }
  /** A boxed number, string, boolean or bigint, such as `new Number(5)`. */
  | { readonly kind: 'primitive'; readonly value: unknown }
  /** Finished JSON, created by `JSON.rawJSON`. */
  | { readonly kind: 'raw'; readonly text: string }
  /** Its content is not in its properties, so JSON would lose it. */
  | { readonly kind: 'lost'; readonly what: string; readonly advice?: string | undefined };

const PROPERTIES: JsonForm = { kind: 'properties' };

/** Classes, of any realm, whose content is not in the properties of their instances. */
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
 * Returns the form of an object that has no `toJSON` and is not an array. An instance of a class is represented by its
 * own properties. If it has none, but its class has members, its content is invisible to JSON: in private fields, or
 * inside the runtime.
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

/** Returns whether a class has methods or accessors, through which its instances may hold hidden content. */
function hasMembers(prototype: unknown): boolean {
  for (let one = prototype; typeof one === 'object' && one !== null;) {
    const next: unknown = Object.getPrototypeOf(one);
    if (next === null) return false; // The Object.prototype of some realm.
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
