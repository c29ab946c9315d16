/** `npm run bench:readme`: writes the comparison into the README at the root, from the last results. */
import { readFileSync, writeFileSync } from 'node:fs';
import { measuredSection, withSection } from './readmeSection.js';
import { readResults, resultsFile } from './results.js';

const file = new URL('../../../README.md', import.meta.url);
const section = measuredSection(readResults(resultsFile('latest')));
writeFileSync(file, withSection(readFileSync(file, 'utf8'), section));
