import ts from 'typescript';

/** Two characters that must not be joined, since they would form another token. */
const JOINED = /[\w$#.][\w$#.]|[-+/<][-+/!]|\P{ASCII}/u;

/**
 * Code without spaces and comments. Its lines and names stay, so that stack traces remain useful.
 * @param {string} code
 */
export const dense = code =>
  respaced(code, (gap, joined) => (gap.includes('\n') ? '\n' : JOINED.test(joined) ? ' ' : ''));

/** A comment that has lines of its own, or else one beside code, but for `#__PURE__`, which bundlers read. */
const COMMENT = /^[ \t]*(?:\/\*[\s\S]*?\*\/|\/\/.*)[ \t]*\n|[ \t]*(?:\/\*(?!#)[\s\S]*?\*\/|\/\/.*)/gm;

/**
 * Code without comments, indented with a tab instead of four spaces.
 * @param {string} code
 */
export const tabbed = code => respaced(code, gap => gap.replace(COMMENT, '').replaceAll('    ', '\t'));

/**
 * Code with the same tokens but other spacing. Literals stay unchanged, even over several lines.
 * @param {string} code
 * @param {(gap: string, joined: string) => string} spacing replaces a gap; `joined` is the character before it and the
 *   one after it
 */
function respaced(code, spacing) {
  const file = ts.createSourceFile('code.js', code, ts.ScriptTarget.ES2022, false, ts.ScriptKind.JS);
  let written = '';
  let end = 0;
  /** @param {import('typescript').Node} node */
  const write = node => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(file);
    if (children.length > 0) return children.forEach(write);
    const start = node.getStart(file);
    if (start >= node.end) return;
    const gap = code.slice(end, start);
    if (gap !== '') written += spacing(gap, `${code[end - 1] ?? ''}${code[start]}`);
    written += code.slice(start, node.end);
    end = node.end;
  };
  write(file);
  return `${written}\n`;
}
