import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('ADAPTERS.md shows nodeHttp.ts as it passes the contract suites', () => {
  const page = readFileSync(new URL('../ADAPTERS.md', import.meta.url), 'utf8');
  const source = readFileSync(new URL('nodeHttp.ts', import.meta.url), 'utf8');
  expect(page).toContain(`\`\`\`ts\n${source}\`\`\`\n`);
});
