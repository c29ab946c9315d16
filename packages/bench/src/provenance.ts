import type { PartResult } from './results.js';

/** The date, machine and versions of a measurement. */
export function provenance(
  part: PartResult | undefined,
  contenders = Object.values(part?.contenders ?? {}),
): string {
  if (part === undefined) return 'Not measured yet.';
  const versions = new Map(contenders.flatMap(each => Object.entries(each.versions)));
  const peers = [...versions].filter(([name]) => !name.startsWith('@breaking/')).sort();
  const list = peers.map(([name, version]) => `${name} ${version}`).join(', ');
  return `Medians, ${part.date}, Node ${part.node}, ${part.cpu}${list && `; ${list}`}.`;
}
