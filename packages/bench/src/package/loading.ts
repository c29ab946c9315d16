import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Part } from '../part.js';
import { spread } from '../stats.js';
import type { PackageContender } from './packageContender.js';

const PACKAGES = fileURLToPath(new URL('../../../', import.meta.url));
const PACK = join(PACKAGES, 'release/pack.js');
const BENCH = join(PACKAGES, 'bench');
const IMPORTS = 20;

/** The cost of importing a published package in a fresh process, and its size. */
export const loading: Part<PackageContender> = {
  name: 'loading',
  title: 'Importing a package for Express',
  family: 'package',
  rounds: 1,
  runs: ['import'],
  takesPart: () => true,
  async measure({ specifier, packed }) {
    if (packed.length === 0) return spread('ms', importsIn(BENCH, specifier));
    const folder = mkdtempSync(join(tmpdir(), 'breaking-bench-'));
    try {
      for (const name of packed) pack(name, folder);
      const [files, bytes] = sizeOf(join(folder, 'node_modules/@breaking/core'));
      return {
        ...spread('ms', importsIn(folder, specifier)),
        'files of core': files,
        'kB of core': bytes / 1000,
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** Packs a package of ours, and puts it where an application in `folder` finds it. */
function pack(name: string, folder: string): void {
  const cwd = join(PACKAGES, name);
  execFileSync(process.execPath, [PACK], { cwd, stdio: 'pipe' });
  const installed = join(folder, 'node_modules/@breaking', name);
  mkdirSync(installed, { recursive: true });
  cpSync(join(cwd, 'packed'), installed, { recursive: true });
}

function sizeOf(folder: string): readonly [files: number, bytes: number] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(path => statSync(join(folder, path)))
    .filter(stats => stats.isFile());
  return [files.length, files.reduce((sum, { size }) => sum + size, 0)];
}

/** Prints how long an import keeps the process busy: the smaller of elapsed time and CPU time. */
const TIMED = `
const [before, since] = [process.cpuUsage(), performance.now()];
await import(process.argv[1]);
const passed = performance.now() - since;
const { user, system } = process.cpuUsage(before);
console.log(Math.min(passed, (user + system) / 1000));`;

function importsIn(cwd: string, specifier: string): readonly number[] {
  const args = ['--input-type=module', '--eval', TIMED, specifier];
  return Array.from({ length: IMPORTS }, () => Number(execFileSync(process.execPath, args, { cwd })));
}
