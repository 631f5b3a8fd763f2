import type { Asked, Match, Route, RouteOptions } from './asked.js';
import type { DashboardAction } from '../options/actions.js';
import { decodeSegment, type Place } from '../http/place.js';

type Handler = (asked: Asked) => unknown;

interface Declared extends Omit<Route, 'handle'> {
  /** The name of the method that answers. */
  readonly key: string;
}

const DECLARED = new WeakMap<object, readonly Declared[]>();

/** Makes a method answer GET requests: `@Look('api/me', 'view')`. */
export function Look(path: string, action: DashboardAction, options: RouteOptions = {}) {
  return routeDecorator({ method: 'GET', path, action, ...options });
}

/** Makes a method answer POST requests, which make changes. */
export function Change(path: string, action: DashboardAction, options: RouteOptions = {}) {
  return routeDecorator({ method: 'POST', path, action, ...options });
}

function routeDecorator(route: Omit<Route, 'handle'>) {
  return <Method extends Handler>(
    prototype: object,
    key: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    if (descriptor.value) DECLARED.set(prototype, [...routesOf(prototype), { ...route, key }]);
  };
}

/** Returns the routes that the methods of a class answer. */
export function routesOf(prototype: object): readonly Declared[] {
  return DECLARED.get(prototype) ?? [];
}

/** Finds the route of a request. If several match, the one with the fewest parameters wins. */
export class Router {
  readonly #routes: readonly { readonly route: Route; readonly parts: readonly string[] }[];

  /** @param holders objects of classes whose methods are routes */
  constructor(holders: readonly object[]) {
    this.#routes = holders
      .flatMap(routesIn)
      .map((route) => ({ route, parts: route.path.split('/').filter(Boolean) }))
      .sort((a, b) => parametersOf(a.parts).length - parametersOf(b.parts).length);
  }

  /** @throws Problem for a path that cannot be read */
  match(method: string, { segments }: Place): Match | undefined {
    const wanted = method === 'HEAD' ? 'GET' : method;
    const found = this.#routes.find(
      ({ route, parts }) => route.method === wanted && fits(parts, segments),
    );
    if (!found) return undefined;
    const params = found.parts.flatMap((part, index) =>
      isParameter(part) ? [[part.slice(1), decodeSegment(segments[index] ?? '')]] : [],
    );
    return { route: found.route, params: Object.fromEntries(params) as Record<string, string> };
  }
}

function routesIn(holder: object): Route[] {
  return routesOf(Object.getPrototypeOf(holder) as object).map(({ key, ...route }) => ({
    ...route,
    handle: (asked) => (holder as Record<string, Handler>)[key]?.(asked),
  }));
}

function fits(parts: readonly string[], segments: readonly string[]): boolean {
  return (
    parts.length === segments.length &&
    parts.every((part, index) =>
      isParameter(part) ? segments[index] !== '' : part === segments[index],
    )
  );
}

function isParameter(part: string): boolean {
  return part.startsWith(':');
}

function parametersOf(parts: readonly string[]): readonly string[] {
  return parts.filter(isParameter);
}
