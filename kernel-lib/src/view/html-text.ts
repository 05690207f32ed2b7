/** Text inside HTML, for every page that Patchbay writes. */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for element content and attributes; characters that turn a line around are named instead of obeyed.
 *  @example escaped('<b> & "c"') // "&lt;b&gt; &amp; &quot;c&quot;" */
export const escaped = (text: string): string =>
  text
    .replace(/[&<>"']/g, (character) => ENTITIES[character])
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, (c) => `[U+${c.charCodeAt(0).toString(16).toUpperCase()}]`);
