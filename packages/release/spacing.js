import ts from 'typescript';

/** Two tokens that would be read as another one if nothing stood between them. */
const JOINED = /[\w$#.][\w$#.]|[-+/<][-+/!]|\P{ASCII}/u;

/**
 * Code without spaces and comments. Its lines and names stay as they are, so that a stack trace points to something readable.
 * @param {string} code
 */
export const dense = code =>
  respaced(code, (gap, joined) => (gap.includes('\n') ? '\n' : JOINED.test(joined) ? ' ' : ''));

/**
 * Code whose lines begin with a tab in place of four spaces.
 * @param {string} code
 */
export const tabbed = code => respaced(code, gap => gap.replaceAll('    ', '\t'));

/**
 * Code with the same tokens. What literals contain, over several lines too, stays.
 * @param {string} code
 * @param {(gap: string, joined: string) => string} spacing what takes the place of a gap; `joined` is the character before it and the one after it
 */
function respaced(code, spacing) {
  const file = ts.createSourceFile('code.js', code, ts.ScriptTarget.ES2022, false, ts.ScriptKind.JS);
  let written = '';
  let end = 0;
  /** @param {import('typescript').Node} node */
  const write = node => {
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
