#!/usr/bin/env node
import { run } from './cli/run.js';

// By itself, Node would end without cleaning up.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => process.exit(code));
}
// Whoever reads the output may stop at any line, as head does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') console.error(error.message);
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

run(process.argv.slice(2), process).then(code => {
  process.exitCode = code;
});
