import { createContext, type ComponentChildren, type JSX } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { addressOf, routeOf, type Route } from './routes';

const RouteContext = createContext<Route | undefined>(undefined);

/** Knows which page the address names: the part behind the `#`, so that the server sees one page only. */
export function RouteProvider({ children }: { children: ComponentChildren }) {
  const [address, setAddress] = useState(here);
  useEffect(() => {
    const follow = () => setAddress(here());
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return <RouteContext.Provider value={routeOf(address)}>{children}</RouteContext.Provider>;
}

/** The page that is shown; `undefined` where the address names none. */
export function useRoute(): Route | undefined {
  return useContext(RouteContext);
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
