import { messageOf } from '../problems';
import { useSay } from './confirm';

/**
 * Copies a text to the clipboard. Browsers allow this only for pages loaded over https or from this machine.
 *
 * @param text the text, or a function that loads it if the page has only its beginning
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
          ? 'The browser does not allow this page to copy.'
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

/**
 * Copies a text that must be loaded first. Some browsers allow this only if copying starts as soon as the button is
 * pressed.
 */
async function copyLater(text: () => Promise<string>): Promise<void> {
  const coming = text();
  const blob = coming.then((value) => new Blob([value], { type: 'text/plain' }));
  await Promise.all([
    navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]),
    coming,
  ]);
}
