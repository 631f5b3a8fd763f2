import { messageOf } from '../problems';
import { useSay } from './confirm';

/**
 * Puts a text into the clipboard. Browsers let only pages do so that came by https, or from this machine.
 *
 * @param text what is copied; or how to get it, where the page has only its beginning
 */
export function Copy({ text, what }: { text: string | (() => Promise<string>); what: string }) {
  const say = useSay();
  if (!window.isSecureContext) return null;
  const copy = async () => {
    try {
      await (typeof text === 'string' ? navigator.clipboard.writeText(text) : copyLater(text));
      say(`Copied: ${what}.`);
    } catch (error) {
      say(
        error instanceof DOMException
          ? 'The browser does not let the page copy.'
          : `Not copied. ${messageOf(error)}`,
      );
    }
  };
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

/** Some browsers let the page copy only as long as it begins at once when the button is pressed. */
async function copyLater(text: () => Promise<string>): Promise<void> {
  const coming = text();
  const blob = coming.then((value) => new Blob([value], { type: 'text/plain' }));
  await Promise.all([
    navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]),
    coming,
  ]);
}
