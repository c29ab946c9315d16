import { NODES, runContracts } from './nodes.js';
import { PROJECTS, runProjects } from './projects.js';

// Uses the packed packages as users do, and runs the contract suites under other versions of Node:
//
//     npm run test:matrix                    all projects and versions
//     npm run test:matrix -- 22 24           all projects, and these versions
//     npm run test:matrix -- jest bundlers   only these projects

const args = process.argv.slice(2);
const named = args.filter(each => PROJECTS.includes(each));
const versions = args.filter(each => /^\d/.test(each));
const unknown = args.filter(each => !named.includes(each) && !versions.includes(each));
if (unknown.length > 0) {
  console.error(`${unknown.join(', ')}: no version of Node, and none of ${PROJECTS.join(', ')}`);
  process.exit(2);
}

const projects = named.length > 0 ? named : PROJECTS;
const nodes = named.length > 0 || versions.length > 0 ? versions : NODES;
let passed = await runProjects(projects, line => console.log(line));
for (const version of nodes) passed = runContracts(version, line => console.log(line)) && passed;
process.exitCode = passed ? 0 : 1;
