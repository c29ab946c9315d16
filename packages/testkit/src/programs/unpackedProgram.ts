import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installedProgram, type Program } from './installedProgram.js';

const run = promisify(execFile);
const CACHE = fileURLToPath(new URL('../../../../.cache/', import.meta.url));

/**
 * A program from the packages of Debian or Ubuntu, without installing it: the first existing package of `packages` is
 * unpacked, with the libraries that this machine lacks, and kept for later runs. If that fails, root installs the package
 * instead. Returns undefined on other systems, or if neither works.
 * @param names possible names of the program
 */
export async function unpackedProgram(
  names: readonly string[],
  packages: readonly string[] = names,
): Promise<Program | undefined> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const [, version = 'unknown'] = /^VERSION_CODENAME=(\w+)/m.exec(release) ?? [];
  const folder = join(CACHE, packages[0] as string, `${version}-${process.arch}`);
  const kept = await programIn(folder, names);
  if (kept !== undefined) return kept;
  if (!/^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release)) return undefined;

  for (const name of packages) {
    if (await unpack(name, folder).then(...handlersFor(`unpack ${name}`))) return programIn(folder, names);
  }
  if (process.getuid?.() !== 0) return undefined;
  const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', packages[0] as string]);
  await run('apt-get', ['update'])
    .then(install)
    .then(...handlersFor(`install ${packages[0]}`));
  return installedProgram(names);
}

/** Handlers for a promise: they return whether it was fulfilled, and print the error. */
function handlersFor(what: string): [() => boolean, (error: Error & { stderr?: string }) => boolean] {
  return [
    () => true,
    error => {
      console.error(`Cannot ${what}: ${error.stderr || error.message}`);
      return false;
    },
  ];
}

/** Downloads a package and its missing dependencies. Uses its own package lists, since the system's may be missing or old. */
async function unpack(name: string, folder: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, 'unpacking-'));
  try {
    const [state, cache, root] = ['state', 'cache', 'root'].map(each => join(work, each)) as [
      string,
      string,
      string,
    ];
    await mkdir(join(state, 'lists', 'partial'), { recursive: true });
    await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
    await mkdir(root);
    const settings = [
      `Dir::State=${state}`,
      'Dir::State::status=/var/lib/dpkg/status',
      `Dir::Cache=${cache}`,
      'APT::Sandbox::User=root',
      'Debug::NoLocking=1',
    ];
    const apt = (...args: string[]) =>
      run('apt-get', [...settings.flatMap(each => ['-o', each]), ...args], {
        cwd: cache,
        maxBuffer: 1 << 26,
        env: { ...process.env, LC_ALL: 'C' },
      });
    await apt('update');
    const { stdout } = await apt('--simulate', '--no-install-recommends', 'install', name);
    const missing = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, each = '']) => each);
    await apt('download', ...missing);
    for (const file of await readdir(cache)) {
      if (file.endsWith('.deb')) await run('dpkg-deb', ['--extract', join(cache, file), root]);
    }
    await mkdir(dirname(folder), { recursive: true });
    // Another process may have been faster. Its result is the same.
    await rename(root, folder).catch(error => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function programIn(folder: string, names: readonly string[]): Promise<Program | undefined> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  // It may be a link to a program that behaves differently depending on its name. A folder for settings may have the same
  // name.
  const program = files.find(
    file => !file.isDirectory() && names.includes(file.name) && basename(file.parentPath) === 'bin',
  );
  if (program === undefined) return undefined;
  const libraries = new Set(files.filter(file => /\.so(\.|$)/.test(file.name)).map(file => file.parentPath));
  const path = [...libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return { path: join(program.parentPath, program.name), env: { ...process.env, LD_LIBRARY_PATH: path } };
}
