import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packInto, type Tarball } from '../tarballs.js';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A program that the repository installs. */
export const bin = (name: string) => join(root, 'node_modules', '.bin', name);

/** The tarballs of all public packages, in a folder of their own that is removed with them. */
export class Packed {
  readonly folder: string;
  readonly tarballs: readonly Tarball[];

  private constructor(folder: string, tarballs: readonly Tarball[]) {
    this.folder = folder;
    this.tarballs = tarballs;
  }

  static async make(): Promise<Packed> {
    const folder = mkdtempSync(join(tmpdir(), 'breaking-release-'));
    return new Packed(folder, await packInto(folder));
  }

  tarball(name: string): Tarball {
    return this.tarballs.find(each => each.name === name)!;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
