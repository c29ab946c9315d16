import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

/** A block of code on a page. */
export interface Program {
  /** The line of the page on which it begins. */
  readonly line: number;
  readonly language: 'js' | 'ts';
  /** The page with every other line empty, so that line numbers are those of the page. */
  readonly code: string;
  /** Why it is compiled and not run. */
  readonly notRun: string | undefined;
}

/**
 * A Markdown page of this repository.
 *
 * A comment before a code block, which readers do not see, may say that it cannot run:
 *
 *     <!-- not run: why --> the block is only compiled
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
      const pages = entries.filter(({ name }) => name.endsWith('.md') || name === 'llms.txt');
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

  /** The JavaScript and TypeScript programs, in order. */
  get programs(): readonly Program[] {
    const programs: Program[] = [];
    for (const { index, 1: comments = '', 2: language = '', 3: code = '' } of this.text.matchAll(BLOCK)) {
      const from = index + comments.length + `\`\`\`${language}\n`.length;
      const line = this.#lineAt(from) - 1;
      programs.push({
        line,
        language: language as Program['language'],
        code: '\n'.repeat(line) + code,
        notRun: /<!-- not run: (.*?) -->/s.exec(comments)?.[1],
      });
    }
    return programs;
  }

  #lineAt(index: number): number {
    return this.text.slice(0, index).split('\n').length;
  }

  /** The text under a heading of the second level. */
  section(title: string): string {
    return this.text.split(/^## /m).find(section => section.startsWith(`${title}\n`)) ?? '';
  }

  /** The files of this repository to which it links, by relative paths or on GitHub, with their anchors. */
  get links(): readonly URL[] {
    const targets = [...this.text.matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map(([, target = '']) => target);
    return targets
      .map(target => (target.startsWith(GITHUB) ? new URL(target.slice(GITHUB.length), root).href : target))
      .filter(target => !/^(?!file:)\w+:/.test(target))
      .map(target => new URL(target, new URL(this.path, root)));
  }

  /** The anchors that GitHub generates for its headings. */
  get anchors(): readonly string[] {
    const prose = this.text.replace(/^```.*?^```/gms, '');
    return [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );
  }
}

const GITHUB = 'https://github.com/breaking-js/breaking/blob/main/';
const SKIPPED = ['node_modules', 'dist', 'packed', 'build-test', '.git', '.cache'];
const BLOCK = /((?:^<!-- (?:(?!-->).)*-->\n+)*)^```(js|ts)\n(.*?)^```$/gms;

/** A file of this repository, from its root. */
export function inRepository(path: string): string {
  return fileURLToPath(new URL(path, root));
}
