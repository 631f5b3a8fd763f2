import { hasEnvelope, type Raw } from '@nestcraft/work/internal';

// Characters that JSON writes as themselves; the only other form that encoders use for them is \u00….
const PLAIN = /^[a-z0-9 _.,:;@+\-*=!?$%()[\]{}~^|#']*$/;
const ASCII = /^[\x20-\x7e]*$/;
// The text shown for an entry that is not a job; it is not part of the entry.
const OF_NO_JOB = 'this entry is not a job.';
// The prefix of the id of such an entry, with which searches for it begin.
const DIGEST = 'sha1:';

/**
 * Rules out entries by their bytes: most entries that cannot contain a text need not be parsed. If JSON could encode
 * the text in another form, or if the entry has an encrypted value, which is shown as a mark, it may contain it.
 */
export class MayContain {
  readonly #bytes: RegExp | undefined;
  readonly #escape: string;

  /** @param wanted in lower case */
  constructor(wanted: string) {
    const isSeenInBytes =
      ASCII.test(wanted) && !OF_NO_JOB.includes(wanted) && !wanted.startsWith(DIGEST);
    if (isSeenInBytes) this.#bytes = new RegExp(wanted.replace(/[^a-z0-9]/g, '\\$&'), 'i');
    this.#escape = PLAIN.test(wanted) ? '\\u00' : '\\';
  }

  isIn(raw: Raw): boolean {
    if (!this.#bytes) return true;
    const text = typeof raw === 'string' ? raw : raw.toString('latin1');
    return this.#bytes.test(text) || text.includes(this.#escape) || hasEnvelope(text);
  }
}
