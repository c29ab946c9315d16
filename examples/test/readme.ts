import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

/** Code of a page that is a whole: a block, and what it needs. */
export interface Program {
  /** The line of the page on which its first block begins. */
  readonly line: number;
  readonly language: 'js' | 'ts';
  /** The page with every other line left empty: a line of the program is the same line of the page. */
  readonly code: string;
  /** Why it is compiled and not run. */
  readonly notRun: string | undefined;
}

/**
 * A Markdown file of this repository.
 *
 * Comments in front of a code block, which readers do not see, say what makes it a program:
 *
 *     <!-- before          code that comes before the block, such as what it takes for granted
 *     const app = express();
 *     -->
 *     <!-- continues -->   the block goes on where the last one ended
 *     <!-- not run: why --> the block is compiled alone
 */
export class Readme {
  readonly path: string;
  readonly text: string;

  /** @param path from the root of the repository */
  constructor(path: string) {
    this.path = path;
    this.text = readFileSync(new URL(path, root), 'utf8');
  }

  /** All pages of this repository, its own README last. */
  static all(): readonly Readme[] {
    const inFolder = (folder: string): string[] => {
      const entries = readdirSync(new URL(folder, root), { withFileTypes: true });
      const folders = entries.filter(entry => entry.isDirectory() && !SKIPPED.includes(entry.name));
      const pages = entries.filter(entry => entry.name.endsWith('.md'));
      return [
        ...folders.flatMap(({ name }) => inFolder(`${folder}${name}/`)),
        ...pages.map(({ name }) => `${folder}${name}`),
      ];
    };
    return inFolder('./').map(path => new Readme(path.slice('./'.length)));
  }

  get codeBlocks(): readonly CodeBlock[] {
    return [...this.text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
      language,
      code,
    }));
  }

  /** The programs in JavaScript and TypeScript, in their order. */
  get programs(): readonly Program[] {
    const programs: Program[] = [];
    for (const { index, 1: comments = '', 2: language = '', 3: code = '' } of this.text.matchAll(BLOCK)) {
      const before = [...comments.matchAll(/<!-- before\n(.*?)^-->/gms)].map(comment => ({
        from: index + comment.index + '<!-- before\n'.length,
        text: comment[1] as string,
      }));
      const block = { from: index + comments.length + `\`\`\`${language}\n`.length, text: code };
      const last = comments.includes('<!-- continues -->') ? programs.pop() : undefined;
      programs.push({
        line: last?.line ?? this.#lineAt(block.from) - 1,
        language: language as Program['language'],
        code: [...before, block].reduce((page, part) => this.#added(page, part), last?.code ?? ''),
        notRun: /<!-- not run: (.*?) -->/s.exec(comments)?.[1],
      });
    }
    return programs;
  }

  #lineAt(index: number): number {
    return this.text.slice(0, index).split('\n').length;
  }

  /** A program with more text, on the lines that it has in the page. */
  #added(program: string, { from, text }: { from: number; text: string }): string {
    return program.padEnd(program.length + this.#lineAt(from) - program.split('\n').length, '\n') + text;
  }

  /** What stands under a heading of the second level. */
  section(title: string): string {
    return this.text.split(/^## /m).find(section => section.startsWith(`${title}\n`)) ?? '';
  }

  /** The files of this repository that it links to, by relative paths or as they are on GitHub. */
  get links(): readonly URL[] {
    const targets = [...this.text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => target);
    return targets
      .map(target => (target.startsWith(GITHUB) ? new URL(target.slice(GITHUB.length), root).href : target))
      .filter(target => !/^(?!file:)\w+:/.test(target))
      .map(target => new URL(target, new URL(this.path, root)));
  }
}

const GITHUB = 'https://github.com/breaking-js/breaking/blob/main/';
const SKIPPED = ['node_modules', 'dist', 'build-test', '.git', '.cache'];
const BLOCK = /((?:^<!-- (?:(?!-->).)*-->\n+)*)^```(js|ts)\n(.*?)^```$/gms;

/** A file of this repository, from its root. */
export function inRepository(path: string): string {
  return fileURLToPath(new URL(path, root));
}
