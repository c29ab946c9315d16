import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';

/** Our name in every table. */
export const OURS = 'breaking';

/** What all contenders have in common. The file of a contender imports its package only when it is opened. */
export interface Contender {
  readonly name: string;
  /** A floor shows the cost of the measurement itself, and is not compared. */
  readonly role: 'ours' | 'peer' | 'floor';
  /** The npm packages that are measured. */
  readonly packages: readonly string[];
}

const source = new URL('../src/', import.meta.url);

/**
 * The contenders of a family: one for each file in its folder, which exports it as `contender`. Ours comes first. The list is
 * read from the sources, since a build does not remove the output of deleted files.
 */
export async function contendersOf<C extends Contender>(family: string): Promise<readonly C[]> {
  const files = readdirSync(new URL(`${family}/contenders/`, source)).sort();
  const contenders: C[] = [];
  for (const file of files) {
    const module = file.replace(/\.ts$/, extname(import.meta.url));
    const { contender } = await import(new URL(`./${family}/contenders/${module}`, import.meta.url).href);
    contenders.push(contender);
  }
  return contenders.sort((a, b) => Number(b.name === OURS) - Number(a.name === OURS));
}

/** The version of each package that a contender measures. */
export function versionsOf({ packages }: Contender): Readonly<Record<string, string>> {
  return Object.fromEntries(
    packages.map(name => {
      const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url);
      const { name: realName, version } = JSON.parse(readFileSync(manifest, 'utf8'));
      return [realName, version];
    }),
  );
}
