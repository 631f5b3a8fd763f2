/** Where the site is on its host: `/`, or a folder such as `/work/`. */
export const BASE = process.env.DOCS_BASE ?? '/';
