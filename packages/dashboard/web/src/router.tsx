import { createContext, type ComponentChildren, type JSX } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { addressOf, identityOf, routeOf, type Route } from './routes';
import { leave } from './visits';

interface Shown {
  readonly route: Route | undefined;
  /** What was shown before. */
  readonly before?: Route | undefined;
}

const RouteContext = createContext<Shown>({ route: undefined });

/** Knows which page the address names: the part behind the `#`, so that the server sees one page only. */
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

/** The page that is shown; `undefined` where the address names none. */
export function useRoute(): Route | undefined {
  return useContext(RouteContext).route;
}

/** Leads back to a list: to that part of it from which somebody came. */
export function useWayBack(list: Route): Route {
  const { before } = useContext(RouteContext);
  return before && identityOf(before) === identityOf(list) ? before : list;
}

/** Goes to a page. @param replace whether going back passes over the page that was shown */
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
