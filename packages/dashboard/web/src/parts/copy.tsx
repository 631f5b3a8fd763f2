import { useSay } from './confirm';

/** Puts a text into the clipboard. Browsers let only pages do so that came by https, or from this machine. */
export function Copy({ text, what }: { text: string; what: string }) {
  const say = useSay();
  if (!window.isSecureContext) return null;
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => say(`Copied: ${what}.`),
      () => say('The browser does not let the page copy.'),
    );
  return (
    <button
      type="button"
      class="small plain"
      aria-label={`Copy ${what}`}
      onClick={() => void copy()}
    >
      Copy
    </button>
  );
}
