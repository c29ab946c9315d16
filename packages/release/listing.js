import { text } from 'node:stream/consumers';

// Summarizes the output of `pnpm publish --recursive --dry-run --json`.

/** @type {readonly { name: string, version: string, size: number, unpackedSize: number, files: { path: string }[] }[]} */
const packages = JSON.parse(await text(process.stdin));

if (packages.length === 0) console.log('Nothing: the registry has these versions.');
for (const { name, version, size, unpackedSize, files } of packages) {
  const kilobytes = [size, unpackedSize].map(bytes => `${Math.round(bytes / 1000)} kB`);
  console.log(`\n${name}@${version}: ${files.length} files, ${kilobytes.join(' packed, ')} unpacked`);
  for (const [top, count] of counted(files.map(file => file.path))) console.log(`  ${top}${count}`);
}

/**
 * @param {readonly string[]} paths
 * @returns {readonly (readonly [top: string, count: string])[]} files at the top, and folders with their number of
 *   files
 */
function counted(paths) {
  const tops = [...new Set(paths.map(path => path.replace(/\/.*/, '/')))];
  return tops.map(top => {
    const count = paths.filter(path => path.startsWith(top)).length;
    return [top, top.endsWith('/') ? `: ${count} files` : ''];
  });
}
