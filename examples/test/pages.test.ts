import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { pathToFileURL } from 'node:url';
import { provokes } from '@breaking/testkit';
import { register } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { listenAnywhere } from './listenAnywhere.js';
import { compiledPrograms, runnable } from './programs.js';
import { Readme } from './readme.js';

// Some pages show stores that fail.
provokes('BREAKING_STORE_FAILS');

const servers: Server[] = [];
listenAnywhere((server: Server) => void servers.push(server));
afterEach(async () => {
  // Several pages add metrics to it, although each normally has its own process.
  register.clear();
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

const programs = compiledPrograms(Readme.all());

test('every code block has a language that this test compiles, or none', () => {
  // packages/release runs CommonJS (cjs) and programs that Nest compiles (typescript), from the installed packages.
  const known = ['js', 'ts', 'cjs', 'typescript', 'http', 'text', 'sh', 'json', 'yaml', 'html'];
  const languages = Readme.all().flatMap(page => page.codeBlocks.map(({ language }) => language));

  expect(languages.filter(language => !known.includes(language))).toEqual([]);
});

const { devDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const others = Object.entries<string>(devDependencies).filter(([, version]) => /^\d/.test(version));

test.each(others)(
  'the page on moving from %s names the version %s that its code runs with',
  (name, version) => {
    const pages = Readme.all().filter(({ path }) => path.endsWith('MIGRATING.md'));

    expect(pages.some(({ text }) => text.replace(/\s+/g, ' ').includes(`\`${name}\` ${version}`))).toBe(true);
  },
);

describe('the code on', () => {
  test.each(programs)('line $line of $page compiles', ({ errors }) => {
    expect(errors).toEqual([]);
  });

  test.each(programs.filter(({ notRun }) => notRun === undefined))(
    'line $line of $page runs, and gives the values in its comments',
    async program => {
      await import(pathToFileURL(runnable(program)).href);
    },
  );
});
