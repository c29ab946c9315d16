import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';

// Compiles the type tests of the packages, and a program that uses all of them, against the published packages, as ES
// modules and as CommonJS.

const compiler = process.argv[2];
// The types of Redis clients take most of the time, so they are compiled only once.
const KINDS = [
  ['node16', 'node16', 'mts'],
  ['nodenext', 'nodenext', 'mts'],
  ['nodenext', 'nodenext', 'cts'],
  ['preserve', 'bundler', 'ts'],
];
const FLAGS =
  '--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --experimentalDecorators --skipLibCheck false';

for (const [module, moduleResolution, ending] of KINDS) {
  mkdirSync(`${module}-${ending}`, { recursive: true });
  const names = [
    'core',
    'express',
    'koa',
    'fastify',
    'hono',
    'web',
    'nest',
    ...(ending === 'cts' ? ['redis'] : []),
  ];
  const files = names.map(name => {
    const file = `${module}-${ending}/${name}.${ending}`;
    cpSync(`${process.env.BREAKING_PACKAGES}/${name}/test/types.test.ts`, file);
    return file;
  });
  const consumer = `${module}-${ending}/consumer.${ending}`;
  cpSync(`${process.env.BREAKING_PACKAGES}/release/test/consumer/types.mts`, consumer);
  const kind = [
    '--target',
    'es2022',
    '--types',
    'node',
    '--module',
    module,
    '--moduleResolution',
    moduleResolution,
  ];
  const args = [
    `node_modules/${compiler}/bin/tsc`,
    ...FLAGS.split(' '),
    ...kind,
    'vitest.d.ts',
    ...files,
    consumer,
  ];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(stderr, '');
  const errors = stdout.split('\n').filter(line => line !== '' && !isTheirs(line));
  assert.deepEqual(errors, [], `${module} ${ending}`);
}

/**
 * Errors in declarations of other packages: @types/koa 3.0.3 uses a type that its own dependency no longer has, and
 * Hono's helper for Deno uses Deno's types.
 * @param {string} line
 */
function isTheirs(line) {
  return line.startsWith('node_modules/@types/koa/') || line.startsWith('node_modules/hono/');
}
