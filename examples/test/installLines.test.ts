import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inRepository, Readme } from './readme.js';

interface Manifest {
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (name: string): Manifest =>
  JSON.parse(readFileSync(inRepository(`packages/${name}/package.json`), 'utf8'));

const published = readdirSync(inRepository('packages')).filter(name => manifestOf(name).private !== true);

/** Our packages that npm needs to install this one. */
const neededBy = (name: string): string[] =>
  Object.keys(manifestOf(name).dependencies ?? {})
    .filter(each => each.startsWith('@breaking/'))
    .map(each => each.slice('@breaking/'.length));

/** The tarballs in each line that installs some. */
const installLines = ({ text }: Readme): string[][] =>
  [...text.matchAll(/^ *npm install (\$T-.*)$/gm)].map(([, line = '']) =>
    [...line.matchAll(/\$T-(\w+)-([\d.]+)\.tgz/g)].map(([, name = '', version]) => {
      expect(version).toBe(manifestOf(name).version);
      return name;
    }),
  );

describe.each(published)('the page of %s', name => {
  const page = new Readme(`packages/${name}/README.md`);
  const lines = installLines(page);

  test('says how to install its tarball before its first example', () => {
    expect(lines.flat()).toContain(name);
    expect(page.text.indexOf('npm install')).toBeLessThan(page.text.indexOf('import '));
  });

  test('names every tarball that npm would not find', () => {
    for (const line of lines) expect(line).toEqual(expect.arrayContaining(line.flatMap(neededBy)));
  });
});

test.each(['README.md', 'packages/core/llms.txt'])('%s names every tarball that npm would not find', path => {
  const lines = installLines(new Readme(path));

  expect(lines).not.toEqual([]);
  for (const line of lines) expect(line).toEqual(expect.arrayContaining(line.flatMap(neededBy)));
});

test.each(Readme.all())(
  '$path does not say to install unpublished packages from the registry',
  ({ text }) => {
    expect(text.match(/npm (install|i) [^\n`]*@breaking\/\w+/g)).toBeNull();
  },
);
