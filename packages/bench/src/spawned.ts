import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Told } from './child.js';
import type { Contender } from './contender.js';
import type { Part } from './part.js';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));

/** What distinguishes a process from others. */
export interface Differences {
  /** A module that is loaded first. */
  readonly preload?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Measures in a fresh process.
 * @param node the program that runs it
 * @returns undefined if a signal ended the process, as when its memory is used up
 * @throws Error if it ended by itself without a result
 */
export async function measureInChild(
  node: string,
  part: Part,
  contender: Contender,
  run: string,
  { preload, env }: Differences = {},
): Promise<Told | undefined> {
  const child = fork(CHILD, [part.name, contender.name, run], {
    execPath: node,
    execArgv: [
      '--expose-gc',
      ...(part.nodeFlags ?? []),
      ...(preload === undefined ? [] : ['--import', preload]),
    ],
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let result: Told | undefined;
  let complaint = '';
  child.on('message', message => {
    result = message as Told;
  });
  child.stderr?.setEncoding('utf8').on('data', text => {
    complaint += text;
  });
  const [code] = await once(child, 'close');
  if (result === undefined && code !== null) {
    throw new Error(`${part.name}, ${contender.name}, ${run}: exit ${code}\n${complaint}`);
  }
  return result;
}
