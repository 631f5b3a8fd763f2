/** A method that was decorated to have to do with jobs, and where. */
export interface Decoration {
  /** As it stands in the code, for messages: `@JobHandler("send_email")`. */
  readonly decorator: string;
  /** What the decorator leaves on a method. */
  readonly metadataKey: string;
  readonly methodName: string;
  /** The jobs that it handles; empty for what is no handler. */
  readonly jobNames: readonly string[];
  /** The instance of `WorkModule` that it names. */
  readonly instance: string | undefined;
}

// Fixed names, so that two copies of this package know each other's.
const METHODS = 'nestcraft:decorated_methods';
const CLASSES = Symbol.for('nestcraft:decorated_classes');
const PROVIDED = Symbol.for('nestcraft:provided_classes');

/** What the process knows of its classes; it keeps none of them alive. */
interface Registry {
  [CLASSES]?: Set<WeakRef<object>>;
  [PROVIDED]?: WeakSet<object>;
}

const registry = globalThis as Registry;

/** A method was decorated; whatever then becomes of the method, its class remembers it. */
export function noteDecorated(prototype: object, method: Decoration): void {
  const before = decorationsOf(prototype);
  if (before.length === 0) remember(prototype);
  Reflect.defineMetadata(METHODS, [...before, method], prototype);
}

/** What was decorated in a class itself, not in one that it extends. */
export function decorationsOf(prototype: object): readonly Decoration[] {
  return (Reflect.getOwnMetadata(METHODS, prototype) as Decoration[] | undefined) ?? [];
}

/** An application of this process provides the class, and with it those that it extends. */
export function noteProvided(prototype: object): void {
  const provided = (registry[PROVIDED] ??= new WeakSet());
  for (const one of inheritedBy(prototype)) provided.add(one);
}

/** The prototype, and those that it inherits from. */
export function* inheritedBy(prototype: object): Generator<object> {
  for (let one: object | null = prototype; one; one = Object.getPrototypeOf(one) as object | null) {
    yield one;
  }
}

/** The methods of classes that no application of this process has provided so far. */
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
