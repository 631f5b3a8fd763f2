import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';

const THEMES = ['system', 'light', 'dark'] as const;
const ZONES = ['local', 'UTC'] as const;

/** The user's preferences, stored in the browser. */
export interface Preferences {
  theme: (typeof THEMES)[number];
  /** The time zone in which times are shown. */
  zone: (typeof ZONES)[number];
}

const DEFAULTS: Preferences = { theme: 'system', zone: 'local' };

const PreferencesContext = createContext<{
  preferences: Preferences;
  prefer: (change: Partial<Preferences>) => void;
}>({ preferences: DEFAULTS, prefer: () => undefined });

export function PreferencesProvider({ children }: { children: ComponentChildren }) {
  const [preferences, set] = useState<Preferences>({
    theme: stored('theme', THEMES),
    zone: stored('zone', ZONES),
  });
  useEffect(() => {
    document.documentElement.dataset.theme = preferences.theme;
  }, [preferences.theme]);
  const prefer = (change: Partial<Preferences>) => {
    for (const [name, value] of Object.entries(change)) store(name, value);
    set({ ...preferences, ...change });
  };
  return (
    <PreferencesContext.Provider value={{ preferences, prefer }}>
      {children}
    </PreferencesContext.Provider>
  );
}

export function usePreferences() {
  return useContext(PreferencesContext);
}

/** Returns the zone for formatting: `UTC`, or `undefined` for the browser's own. */
export function useZone(): 'UTC' | undefined {
  return usePreferences().preferences.zone === 'UTC' ? 'UTC' : undefined;
}

export function PreferenceSwitches() {
  const { preferences, prefer } = usePreferences();
  return (
    <>
      <label>
        Theme
        <select
          value={preferences.theme}
          onChange={(event) => prefer({ theme: one(event.currentTarget.value, THEMES) })}
        >
          {THEMES.map((theme) => (
            <option key={theme}>{theme}</option>
          ))}
        </select>
      </label>
      <label>
        Times
        <select
          value={preferences.zone}
          onChange={(event) => prefer({ zone: one(event.currentTarget.value, ZONES) })}
        >
          {ZONES.map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </select>
      </label>
    </>
  );
}

function keyOf(name: string): string {
  return `nestcraft-${name}`;
}

/** Stores a preference. If the browser forbids storage, it lasts until the page is closed. */
function store(name: string, value: string): void {
  try {
    localStorage.setItem(keyOf(name), value);
  } catch {
    return;
  }
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(keyOf(name));
  } catch {
    return null;
  }
}

function stored<Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word {
  return one(read(name), words);
}

function one<Word extends string>(value: string | null, words: readonly [Word, ...Word[]]): Word {
  return words.find((word) => word === value) ?? words[0];
}
