// Registered, so that copies of this package, which package managers and bundlers make, know each other's errors.
const KIND = Symbol.for('nestcraft:error');

interface ErrorClass {
  readonly prototype: object;
}

/** Gives error classes the names by which other copies of this package know them, whatever a minifier calls them. */
export function nameKinds(classes: Readonly<Record<string, ErrorClass>>): void {
  for (const [kind, { prototype }] of Object.entries(classes)) {
    Object.defineProperty(prototype, KIND, { value: kind });
  }
}

/** The name of the class of ours that made a value; of what others made, those that extend our classes included, none. */
export function ownKindOf(value: object): string | undefined {
  return kindOf(Object.getPrototypeOf(value));
}

/** Whether a value is of one of our classes, of whatever copy of this package. Never throws. */
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
