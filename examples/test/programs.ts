import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TSC } from '@breaking/testkit';
import { inRepository, type Program, type Readme } from './readme.js';

const FOLDER = inRepository('examples/build-test/pages/');
const PACKAGES = [
  'core',
  'http',
  'express',
  'koa',
  'fastify',
  'web',
  'hono',
  'redis',
  'fetch',
  'metrics',
  'testkit',
];

/** The parts of other runtimes that pages use. */
const RUNTIMES = `
type Handler<Info> = (request: Request, info: Info) => Response | Promise<Response>;
type BunServer = { requestIP(request: Request): { readonly address: string } | null };
declare const Bun: { serve(options: { port: number; fetch: Handler<BunServer> }): unknown };
type DenoInfo = { readonly remoteAddr: { readonly hostname: string } };
declare const Deno: { serve(options: { port: number }, handler: Handler<DenoInfo>): unknown };
`;

/**
 * TypeScript is checked strictly, JavaScript as far as it has types; both for names that do not exist and values that
 * may be undefined.
 */
const STRICTNESS = {
  js: {
    strict: false,
    strictNullChecks: true,
    exactOptionalPropertyTypes: false,
    noUncheckedIndexedAccess: false,
  },
  ts: {},
};

/** A program of a page, compiled. */
export interface CompiledProgram extends Program {
  readonly page: string;
  /** The errors of the compiler. */
  readonly errors: readonly string[];
  /** The JavaScript. */
  readonly compiled: string;
}

/** All programs of some pages, in one run of the compiler. */
export function compiledPrograms(pages: readonly Readme[]): readonly CompiledProgram[] {
  rmSync(FOLDER, { recursive: true, force: true });
  const programs = pages.flatMap(page => page.programs.map(program => placed(page, program)));
  const projects = [...new Set(programs.map(({ project }) => project))];
  for (const project of projects) {
    const own = programs.filter(program => program.project === project);
    mkdirSync(join(FOLDER, project), { recursive: true });
    for (const { file, code } of own) writeFileSync(join(FOLDER, project, file), code);
    writeFileSync(join(FOLDER, project, 'runtimes.d.ts'), RUNTIMES);
    write(`${project}/tsconfig.json`, {
      extends: '../../../../tsconfig.base.json',
      compilerOptions: {
        ...{
          allowJs: true,
          checkJs: true,
          moduleDetection: 'force',
          sourceMap: false,
          declarationMap: false,
        },
        ...{ composite: false, declaration: false, noUnusedLocals: false, noUnusedParameters: false },
        ...{ rootDir: '.', outDir: 'out', ...STRICTNESS[own[0]!.language] },
      },
      files: [...own.map(({ file }) => file), 'runtimes.d.ts'],
      references: PACKAGES.map(name => ({ path: `../../../../packages/${name}` })),
    });
  }
  write('tsconfig.json', { files: [], references: projects.map(path => ({ path })) });

  const tsc = [TSC, '-b', FOLDER, '--checkers', '1', '--pretty', 'false'];
  const { stdout } = spawnSync(process.execPath, tsc, { encoding: 'utf8', cwd: FOLDER });
  const errors = stdout.split(/\n(?=\S)/).filter(Boolean);
  const foreign = errors.find(
    error => !programs.some(({ project, file }) => error.startsWith(`${project}/${file}(`)),
  );
  if (foreign !== undefined) throw new Error(foreign);
  return programs.map(program => {
    const { project, file, page, language, code } = program;
    const own = errors.filter(error => error.startsWith(`${project}/${file}(`));
    const emitted = () => readFileSync(join(FOLDER, project, 'out', file.replace(/ts$/, 'js')), 'utf8');
    return {
      ...program,
      errors: own.map(error => error.replace(/^.*?\((\d+),\d+\)/, `${page}:$1`)),
      compiled: language === 'js' ? code : emitted(),
    };
  });
}

function placed({ path: page }: Readme, program: Program) {
  const file = `${page.replace(/\W/g, '_')}_${program.line}.${program.language}`;
  // Programs without Breaking must not see the types that it adds to a framework, and the other way round.
  const project = program.code.includes("'@breaking/") ? program.language : `${program.language}-others`;
  return { ...program, page, file, project };
}

function write(path: string, config: object): void {
  writeFileSync(join(FOLDER, path), JSON.stringify(config));
}

/** Writes a module that runs a program, in which `// → value` and `// → throws Type: message` become assertions. */
export function runnable({ page, line, compiled }: CompiledProgram): string {
  const file = join(FOLDER, `${page.replace(/\W/g, '_')}_${line}.run.js`);
  const code = compiled
    .replace(/^(.+); \/\/ → throws (\w+): (.+)$/gm, (_, statement, name, message) => {
      const error = JSON.stringify({ name, message });
      return `await expect(async () => { ${statement}; }).rejects.toMatchObject(${error});`;
    })
    .replace(/^(.+); \/\/ → (.+)$/gm, 'expect($1).toEqual($2);');
  if (code.includes('→'))
    throw new Error(`An arrow must follow a statement on one line: ${/^.*→.*$/m.exec(code)}`);
  writeFileSync(file, `import { expect } from 'vitest';${code}`);
  return file;
}
