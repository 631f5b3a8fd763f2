import { createContext, type ComponentChildren, type JSX } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { addressOf, identityOf, routeOf, type Route } from './routes';
import { leave } from './visits';

interface Shown {
  readonly route: Route | undefined;
  /** The route that was shown before. */
  readonly before?: Route | undefined;
}

const RouteContext = createContext<Shown>({ route: undefined });

/** Provides the route that the address names after the `#`. The server thus serves only one page. */
export function RouteProvider({ children }: { children: ComponentChildren }) {
  const [shown, show] = useState<Shown>(() => ({ route: routeOf(here()) }));
  useEffect(() => {
    const follow = () => {
      leave();
      show(({ route: before }) => ({ route: routeOf(here()), before }));
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return <RouteContext.Provider value={shown}>{children}</RouteContext.Provider>;
}

/** Returns the current route; `undefined` if the address names none. */
export function useRoute(): Route | undefined {
  return useContext(RouteContext).route;
}

/** Returns the route back to a list, at the part from which the user came. */
export function useWayBack(list: Route): Route {
  const { before } = useContext(RouteContext);
  return before && identityOf(before) === identityOf(list) ? before : list;
}

/** Navigates to a page. @param replace whether the current page is replaced in the browser's history */
export function navigate(route: Route, { replace = false } = {}): void {
  const address = `#${addressOf(route)}`;
  if (replace) location.replace(address);
  else location.assign(address);
}

type LinkProps = Omit<JSX.IntrinsicElements['a'], 'href'> & { to: Route };

export function Link({ to, ...rest }: LinkProps) {
  return <a {...rest} href={`#${addressOf(to)}`} />;
}

function here(): string {
  return location.hash.slice(1) || '/';
}
