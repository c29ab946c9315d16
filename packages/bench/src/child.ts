/** One measurement in a separate process: `child.js PART CONTENDER RUN`. It sends the result to its parent. */
import { contendersOf, versionsOf } from './contender.js';
import type { Measured } from './part.js';
import { partNamed } from './parts.js';

/** The message of a child process. */
export interface Told {
  readonly measured: Measured;
  readonly versions: Readonly<Record<string, string>>;
}

const [partName = '', contenderName, run = ''] = process.argv.slice(2);
const part = await partNamed(partName);
const contender = (await contendersOf(part.family)).find(({ name }) => name === contenderName);
if (!contender) throw new Error(`no contender ${contenderName} in ${partName}`);

const message: Told = { measured: await part.measure(contender, run), versions: versionsOf(contender) };
process.send?.(message, () => process.exit());
