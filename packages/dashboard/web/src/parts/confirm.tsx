import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { count } from '../format';
import { messageOf } from '../problems';

interface Question {
  /** The question, with the action and the number of jobs. */
  title: string;
  detail?: string;
  /** What the action would do, in detail. */
  content?: ComponentChildren;
  /** The label of the button. */
  verb: string;
  /** Whether the action can be undone. */
  harmless?: boolean;
  /** The number of affected jobs. Large numbers must be typed to confirm. */
  many?: number | undefined;
  act: () => Promise<unknown>;
}

const VERY_MANY = 1_000;
const SAID_FOR = 6_000;

const ConfirmContext = createContext<(question: Question) => void>(() => undefined);
const SayContext = createContext<(text: string) => void>(() => undefined);

/** Provides confirmation of actions that cannot be undone, and messages about results. */
export function ConfirmProvider({ children }: { children: ComponentChildren }) {
  const [question, ask] = useState<Question>();
  const [said, say] = useState('');
  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => say(''), SAID_FOR);
    return () => clearTimeout(timer);
  }, [said]);
  useEffect(() => sayFaults(say), []);
  return (
    <ConfirmContext.Provider value={ask}>
      <SayContext.Provider value={say}>
        {children}
        <Dialog question={question} onClose={() => ask(undefined)} />
        <div class="toast" role="status" aria-live="polite">
          {said}
        </div>
      </SayContext.Provider>
    </ConfirmContext.Provider>
  );
}

/** Reports unhandled errors and rejections to the user. @returns a function that ends this */
function sayFaults(say: (text: string) => void): () => void {
  const tell = (thrown: unknown) => say(`Something went wrong: ${messageOf(thrown)}`);
  // Browsers also fire this event for benign conditions, but then without an error.
  const onError = ({ error }: ErrorEvent) => {
    if (error !== null && error !== undefined) tell(error);
  };
  const onRejection = ({ reason }: PromiseRejectionEvent) => tell(reason);
  addEventListener('error', onError);
  addEventListener('unhandledrejection', onRejection);
  return () => {
    removeEventListener('error', onError);
    removeEventListener('unhandledrejection', onRejection);
  };
}

export function useConfirm(): (question: Question) => void {
  return useContext(ConfirmContext);
}

/** Returns a function that shows the user the result of an action. */
export function useSay(): (text: string) => void {
  return useContext(SayContext);
}

function Dialog({ question, onClose }: { question: Question | undefined; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const say = useSay();
  const [typed, setTyped] = useState('');
  useEffect(() => {
    setTyped('');
    if (question) dialog.current?.showModal();
    else dialog.current?.close();
  }, [question]);
  const confirm = async () => {
    onClose();
    try {
      await question?.act();
    } catch (error) {
      say(messageOf(error));
    }
  };
  const { title, detail, content, verb, harmless = false, many = 0 } = question ?? {};
  const wanted = many > VERY_MANY ? String(many) : undefined;
  return (
    <dialog ref={dialog} aria-labelledby="question" onClose={onClose}>
      <h2 id="question">{title}</h2>
      {detail && <p>{detail}</p>}
      {content}
      {wanted !== undefined && (
        <label>
          To confirm, type the number {count(many)}:
          <input
            inputMode="numeric"
            autocomplete="off"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
      )}
      <div class="buttons">
        <button type="button" onClick={onClose}>
          Go back
        </button>
        <button
          type="button"
          class={harmless ? 'primary' : 'danger'}
          disabled={wanted !== undefined && typed.replaceAll(/\D/g, '') !== wanted}
          onClick={() => void confirm()}
        >
          {verb}
        </button>
      </div>
    </dialog>
  );
}
