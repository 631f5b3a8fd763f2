import { isThenable } from '@nestcraft/engine/internal';
import {
  Observable,
  Subscriber,
  type Observer,
  type OperatorFunction,
  type Subscription,
} from 'rxjs';

/**
 * An Observable that survives its listeners: their errors and rejections are reported. RxJS would throw them where
 * nothing can catch them, which ends the process. Observables returned by `pipe` are protected in the same way.
 */
export class SafeObservable<Value> extends Observable<Value> {
  readonly #onError: (error: unknown) => void;

  constructor(
    onError: (error: unknown) => void,
    subscribe: (subscriber: Subscriber<Value>) => Subscription | (() => void),
  ) {
    super(subscribe);
    this.#onError = onError;
    const pipe = super.pipe.bind(this) as (
      ...operators: OperatorFunction<unknown, unknown>[]
    ) => Observable<unknown>;
    // Not an override, which would have to repeat RxJS's dozen signatures.
    Object.defineProperty(this, 'pipe', {
      value: (...operators: OperatorFunction<unknown, unknown>[]) => {
        const piped = pipe(...operators);
        return new SafeObservable(onError, (subscriber) => piped.subscribe(subscriber));
      },
    });
  }

  override subscribe(
    observerOrNext?: Partial<Observer<Value>> | ((value: Value) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator that subscribes on behalf of a listener.
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext);
    const observer: Partial<Observer<Value>> =
      typeof observerOrNext === 'function'
        ? { next: observerOrNext, error: error ?? undefined, complete: complete ?? undefined }
        : (observerOrNext ?? {});
    return super.subscribe({
      next: (value) => this.#attempt(() => observer.next?.(value)),
      error: (reason: unknown) => {
        if (observer.error) this.#attempt(() => observer.error?.(reason));
        else this.#onError(reason);
      },
      complete: () => this.#attempt(() => observer.complete?.()),
    });
  }

  #attempt(listen: () => unknown): void {
    try {
      const returned = listen();
      if (isThenable(returned)) returned.then(undefined, this.#onError);
    } catch (error) {
      this.#onError(error);
    }
  }
}
