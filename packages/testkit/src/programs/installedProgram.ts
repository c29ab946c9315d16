import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** A program for tests, and its environment. */
export interface Program {
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The first of these programs that is on PATH, if any. */
export async function installedProgram(names: readonly string[]): Promise<Program | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '');
  for (const path of names.flatMap(name => folders.map(folder => join(folder, name)))) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return { path, env: process.env };
  }
  return undefined;
}
