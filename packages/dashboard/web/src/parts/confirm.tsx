import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';

interface Question {
  /** What will be done, and to how many. */
  title: string;
  detail?: string;
  /** What the button says. */
  verb: string;
  act: () => Promise<unknown>;
}

const ConfirmContext = createContext<(question: Question) => void>(() => undefined);
const SayContext = createContext<(text: string) => void>(() => undefined);

/** Asks before anything that cannot be undone, and says what came of it. */
export function ConfirmProvider({ children }: { children: ComponentChildren }) {
  const [question, ask] = useState<Question>();
  const [said, say] = useState('');
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (question) dialog.current?.showModal();
    else dialog.current?.close();
  }, [question]);
  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => say(''), 6_000);
    return () => clearTimeout(timer);
  }, [said]);
  const confirm = async () => {
    const act = question?.act;
    ask(undefined);
    try {
      await act?.();
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <ConfirmContext.Provider value={ask}>
      <SayContext.Provider value={say}>
        {children}
        <dialog ref={dialog} aria-labelledby="question" onClose={() => ask(undefined)}>
          <h2 id="question">{question?.title}</h2>
          {question?.detail && <p>{question.detail}</p>}
          <div class="buttons">
            <button type="button" onClick={() => ask(undefined)}>
              Cancel
            </button>
            <button type="button" class="danger" onClick={() => void confirm()}>
              {question?.verb}
            </button>
          </div>
        </dialog>
        <div class="toast" role="status" aria-live="polite">
          {said}
        </div>
      </SayContext.Provider>
    </ConfirmContext.Provider>
  );
}

export function useConfirm(): (question: Question) => void {
  return useContext(ConfirmContext);
}

/** Tells the user what came of what they did. */
export function useSay(): (text: string) => void {
  return useContext(SayContext);
}
