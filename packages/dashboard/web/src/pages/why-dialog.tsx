import { useEffect, useRef } from 'preact/hooks';
import { ExplanationSection } from './explanation';

/** The job that the dialog explains. */
export interface AskedJob {
  readonly id: string;
  readonly name: string;
  readonly isRunning: boolean;
}

/** Explains a job of a list above the list; closed without a job. */
export function WhyDialog({ job, onClose }: { job: AskedJob | undefined; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (job) dialog.current?.showModal();
    else dialog.current?.close();
  }, [job]);
  return (
    <dialog ref={dialog} class="wide" aria-label="Explanation of a job" onClose={onClose}>
      {job && (
        <>
          <p class="crumbs">
            {job.name} <code>{job.id}</code>
          </p>
          <ExplanationSection
            title={job.isRunning ? 'What is it doing?' : 'Why is it not running?'}
            id={job.id}
            name={job.name}
          />
        </>
      )}
      <div class="buttons">
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </dialog>
  );
}
