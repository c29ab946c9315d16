const WIDTH = 30;

/**
 * A progress bar on the last line of a terminal. Prints nothing if the output is not a terminal.
 * @param {string} title
 * @param {number} total
 * @param {NodeJS.WriteStream} [output]
 */
export function progressBar(title, total, output = process.stdout) {
  let shown = -1;
  return {
    /** @param {number} done of the total */
    update(done) {
      const percent = Math.floor((100 * done) / total);
      if (!output.isTTY || percent === shown) return;
      shown = percent;
      const filled = Math.round((WIDTH * done) / total);
      const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
      output.write(`\r${title} ${bar} ${String(percent).padStart(3)} %`);
    },
    /** Removes the bar. */
    clear() {
      if (output.isTTY) output.write('\r\x1b[K');
    },
  };
}
