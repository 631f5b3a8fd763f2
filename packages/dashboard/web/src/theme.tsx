import { useEffect, useState } from 'preact/hooks';

const THEME = 'nestcraft-theme';
const THEMES = ['system', 'light', 'dark'] as const;
const CHANGED = 'nestcraft-theme';

export function ThemeSwitch() {
  const [theme, setTheme] = useState(localStorage.getItem(THEME) ?? 'system');
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(THEME, theme);
    document.dispatchEvent(new Event(CHANGED));
  }, [theme]);
  return (
    <label class="theme">
      Theme{' '}
      <select value={theme} onChange={(event) => setTheme(event.currentTarget.value)}>
        {THEMES.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </label>
  );
}

/** A number that changes with the theme, for what is drawn in colours that a canvas has to be told. */
export function useTheme(): number {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const change = () => setChanges((before) => before + 1);
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', change);
    document.addEventListener(CHANGED, change);
    return () => {
      system.removeEventListener('change', change);
      document.removeEventListener(CHANGED, change);
    };
  }, []);
  return changes;
}
