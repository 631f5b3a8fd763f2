const NOBODY = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** The policy of responses that are no page: a browser that shows one loads and runs nothing. */
export const NO_CONTENT = `default-src 'none'; ${NOBODY}`;

/**
 * Returns the policy of the page. Only elements with the nonce load scripts and styles, so a file that the application
 * serves from the same origin, such as an upload, cannot become part of the page.
 */
export function pagePolicy(nonce: string): string {
  return [
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`,
    "connect-src 'self'; img-src 'self' data:",
    "require-trusted-types-for 'script'; trusted-types 'none'",
    NOBODY,
  ].join('; ');
}

/** Adds a nonce to the scripts and stylesheets of a document of our own. */
export function withNonce(html: string, nonce: string): string {
  return html.replaceAll(/<(script|link)\b/g, `<$1 nonce="${nonce}"`);
}
