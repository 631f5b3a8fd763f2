/** A method with one of this package's decorators. */
export interface Decoration {
  /** The decorator as written in the code, for messages: `@JobHandler("send_email")`. */
  readonly decorator: string;
  /** The key of the metadata that the decorator sets on the method. */
  readonly metadataKey: string;
  readonly methodName: string;
  /** The jobs that the method handles; empty if it is not a handler. */
  readonly jobNames: readonly string[];
  /** The instance of `WorkModule` that the decorator names. */
  readonly instance: string | undefined;
}

// Fixed names, shared by all copies of this package.
const METHODS = 'nestcraft:decorated_methods';
const CLASSES = Symbol.for('nestcraft:decorated_classes');
const PROVIDED = Symbol.for('nestcraft:provided_classes');

/** The decorated classes of this process. It holds weak references, so it keeps no class alive. */
interface Registry {
  [CLASSES]?: Set<WeakRef<object>>;
  [PROVIDED]?: WeakSet<object>;
}

const registry = globalThis as Registry;

/** Records on the class that a method was decorated, even if the method is replaced later. */
export function noteDecorated(prototype: object, method: Decoration): void {
  const before = decorationsOf(prototype);
  if (before.length === 0) remember(prototype);
  Reflect.defineMetadata(METHODS, [...before, method], prototype);
}

/** Returns the decorations of a class itself, without those of its base classes. */
export function decorationsOf(prototype: object): readonly Decoration[] {
  return (Reflect.getOwnMetadata(METHODS, prototype) as Decoration[] | undefined) ?? [];
}

/** Records that an application of this process provides the class, and therefore its base classes. */
export function noteProvided(prototype: object): void {
  const provided = (registry[PROVIDED] ??= new WeakSet());
  for (const one of inheritedBy(prototype)) provided.add(one);
}

/** Yields the prototype and the prototypes that it inherits from. */
export function* inheritedBy(prototype: object): Generator<object> {
  for (let one: object | null = prototype; one; one = Object.getPrototypeOf(one) as object | null) {
    yield one;
  }
}

/** Returns the decorated methods of classes that no application of this process has provided so far. */
export function unprovidedMethods(): (Decoration & { readonly className: string })[] {
  const provided = registry[PROVIDED];
  return prototypes()
    .filter((prototype) => !provided?.has(prototype))
    .flatMap((prototype) => {
      const className = classNameOf(prototype);
      return decorationsOf(prototype).map((method) => ({ ...method, className }));
    });
}

export function classNameOf(prototype: object): string {
  return (prototype.constructor as { readonly name: string }).name;
}

function remember(prototype: object): void {
  const classes = (registry[CLASSES] ??= new Set());
  for (const one of classes) if (!one.deref()) classes.delete(one);
  classes.add(new WeakRef(prototype));
}

function prototypes(): object[] {
  return [...(registry[CLASSES] ?? [])].flatMap((one) => one.deref() ?? []);
}
