import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A piece of TypeScript in a page of documentation. */
export interface Snippet {
  /** Such as `README.md:42`. */
  readonly place: string;
  /** Where it would stand, beside the page. */
  readonly file: string;
  readonly code: string;
  /** What the page says that it prints, in a block of text that follows at once; such a snippet is a whole program. */
  readonly prints: string | undefined;
}

// A block of TypeScript, with the block of text after it, if only the word "prints" stands between them.
const BLOCKS = /^```ts\n([^]*?)^```\n(?:\s*prints:?\s*```text\n([^]*?)^```)?/gm;

/** The TypeScript of all Markdown pages but those of the examples, which quote single lines (test/examples/readmes.spec.ts). */
export function snippets(): readonly Snippet[] {
  const whole = pages().filter((page) => !page.startsWith('examples/'));
  return whole.flatMap((page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    return [...text.matchAll(BLOCKS)].map(({ index, 1: code = '', 2: prints }, number) => ({
      place: `${page}:${text.slice(0, index).split('\n').length}`,
      file: join(ROOT, dirname(page), `snippet-${number}.mts`),
      code,
      prints,
    }));
  });
}

/** All Markdown pages, from the root. */
export function pages(): readonly string[] {
  const parents = ['packages', 'apps', 'examples'];
  const folders = ['.', 'examples', ...parents.flatMap(subfolders)];
  return folders
    .flatMap((folder) => [folder, join(folder, 'docs')])
    .flatMap((folder) => markdownIn(folder).map((name) => join(folder, name)));
}

function subfolders(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder)).map((name) => join(folder, name));
}

function markdownIn(folder: string): readonly string[] {
  try {
    return readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.md'));
  } catch {
    return []; // a package without pages of its own
  }
}
