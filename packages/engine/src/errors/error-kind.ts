// Registered symbol: package managers and bundlers can load several copies of this package, which must recognise each
// other's errors.
const KIND = Symbol.for('nestcraft:error');

interface ErrorClass {
  readonly prototype: object;
}

/** Gives error classes stable names, by which other copies of this package recognise them even in minified code. */
export function nameKinds(classes: Readonly<Record<string, ErrorClass>>): void {
  for (const [kind, { prototype }] of Object.entries(classes)) {
    Object.defineProperty(prototype, KIND, { value: kind });
  }
}

/**
 * Returns the name of the class of this package that a value is a direct instance of; `undefined` for foreign classes
 * and for user classes that extend ours.
 */
export function ownKindOf(value: object): string | undefined {
  return kindOf(Object.getPrototypeOf(value));
}

/** Returns whether a value is an instance of one of our classes, from any copy of this package. Never throws. */
export function isOfKind({ prototype }: ErrorClass, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  try {
    if (Object.prototype.isPrototypeOf.call(prototype, value)) return true;
    const kind = kindOf(prototype);
    return kind !== undefined && chainOf(value).some((one) => kindOf(one) === kind);
  } catch {
    return false; // a revoked Proxy, for instance
  }
}

function chainOf(value: object): object[] {
  const chain: object[] = [];
  for (let one: unknown = value; typeof one === 'object' && one !== null;) {
    chain.push(one);
    one = Object.getPrototypeOf(one);
  }
  return chain;
}

function kindOf(prototype: unknown): string | undefined {
  if (typeof prototype !== 'object' || prototype === null) return undefined;
  const kind: unknown = Object.getOwnPropertyDescriptor(prototype, KIND)?.value;
  return typeof kind === 'string' ? kind : undefined;
}
