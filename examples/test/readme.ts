import { readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

/** A Markdown file of this repository. */
export class Readme {
  readonly path: string;
  readonly text: string;

  /** @param path from the root of the repository */
  constructor(path: string) {
    this.path = path;
    this.text = readFileSync(new URL(path, root), 'utf8');
  }

  get codeBlocks(): readonly CodeBlock[] {
    return [...this.text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
      language,
      code,
    }));
  }

  /** What stands under a heading of the second level. */
  section(title: string): string {
    return this.text.split(/^## /m).find(section => section.startsWith(`${title}\n`)) ?? '';
  }

  /** The files of this repository that it links to. */
  get links(): readonly URL[] {
    const targets = [...this.text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => target);
    return targets
      .filter(target => !/^\w+:/.test(target))
      .map(target => new URL(target, new URL(this.path, root)));
  }
}
