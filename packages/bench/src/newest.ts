/**
 * The newest package that runs on this version of Node.
 * @param packages names by the lowest major version of Node that each supports
 */
export function newest(packages: Readonly<Record<number, string>>): string {
  const major = Number.parseInt(process.versions.node, 10);
  const fitting = Object.entries(packages).filter(([from]) => Number(from) <= major);
  const [, name] = fitting.at(-1) ?? [];
  if (name === undefined) throw new Error(`none of ${Object.values(packages)} runs on Node ${major}`);
  return name;
}
