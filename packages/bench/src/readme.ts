/** `npm run bench:readme`: writes the last results into the README at the root, as a summary, and into RESULTS.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { measuredSection, shortSection, withSection } from './readmeSection.js';
import { readResults, resultsFile } from './results.js';

const results = readResults(resultsFile('latest'));
write(new URL('../../../README.md', import.meta.url), shortSection(results));
write(new URL('../RESULTS.md', import.meta.url), measuredSection(results));

function write(page: URL, section: string): void {
  writeFileSync(page, withSection(readFileSync(page, 'utf8'), section));
}
