#!/usr/bin/env node
import { run } from './cli/run.js';

// Without these handlers, Node would exit without cleaning up.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => process.exit(code));
}
// The reader of the output may close it early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') console.error(error.message);
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

run(process.argv.slice(2), process).then(code => {
  process.exitCode = code;
});
