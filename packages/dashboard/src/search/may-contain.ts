import type { Raw } from '@nestcraft/work/internal';

// Characters that JSON writes as themselves; some encoders write any as \u00…, and none of these in another way.
const PLAIN = /^[a-z0-9 _.,:;@+\-*=!?$%()[\]{}~^|#']*$/;
const ASCII = /^[\x20-\x7e]*$/;
// What is shown of an entry that is no job, and does not stand in it.
const OF_NO_JOB = 'this entry is not a job.';
// How it is called, then; whoever looks for it begins with this.
const DIGEST = 'sha1:';

/**
 * Tells by the bytes of an entry that a text cannot be in what is shown of it, which spares the parsing of most entries.
 * Where JSON could have written the text in another way, it may be there.
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
    return this.#bytes.test(text) || text.includes(this.#escape);
  }
}
