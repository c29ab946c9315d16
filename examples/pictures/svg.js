/** Colours that are legible on white and on GitHub's dark grey, since a picture cannot know its background. */
const STYLE = `  <style>
    text { font: 13px system-ui, sans-serif; fill: #777e87 }
    .title { font-weight: 600 }
    .end { text-anchor: end }
    .middle { text-anchor: middle }
    path { fill: none; stroke-width: 2 }
    .axis { stroke: #777e87; stroke-width: 1 }
    .edge { stroke: #777e87; stroke-width: 1; stroke-dasharray: 3 3 }
    .admitted { stroke: #2878e4 }
    .failed { stroke: #d14f36 }
    .refused { stroke: #777e87 }
    .band { stroke-width: 8 }
  </style>`;

/**
 * A picture of a period of time, from left to right.
 *
 * Coordinates are rounded to tenths of a pixel, so that two runs give the same file and a change of the picture can be
 * read in a diff.
 */
export class Timeline {
  /** @type {string[]} */
  #lines = [];
  #from;
  #pxPerSec;

  /**
   * @param {number} from the second at the left end
   * @param {number} to the second at the right end
   */
  constructor(from, to) {
    this.#from = from;
    this.#pxPerSec = (RIGHT - LEFT) / (to - from);
  }

  /**
   * @param {number} secs
   * @returns {number} how far from the left that is, in pixels
   */
  #x(secs) {
    return Math.round((LEFT + (secs - this.#from) * this.#pxPerSec) * 10) / 10;
  }

  /**
   * @param {number} secs
   * @param {number} y
   * @param {string} text without characters that mean something in XML
   */
  text(secs, y, text) {
    this.#lines.push(`<text class="middle" x="${this.#x(secs)}" y="${y}">${text}</text>`);
  }

  /**
   * The label to the left of a row.
   * @param {number} y
   * @param {string} text
   */
  label(y, text) {
    this.#lines.push(`<text x="0" y="${y}">${text}</text>`);
  }

  /**
   * @param {string} text
   * @param {string} legend the meaning of the strokes
   */
  title(text, legend) {
    this.#lines.push(`<text class="title" x="0" y="16">${text}</text>`);
    this.#lines.push(`<text class="end" x="${RIGHT}" y="16">${legend}</text>`);
  }

  /**
   * @param {number} y
   * @param {readonly number[]} marks in seconds
   * @param {(secs: number) => string} name
   */
  axis(y, marks, name) {
    const strokes = marks.map(secs => `M${this.#x(secs)} ${y}v5`).join(' ');
    this.#lines.push(`<path class="axis" d="M${LEFT} ${y}H${RIGHT} ${strokes}"/>`);
    for (const secs of marks) this.text(secs, y + 20, name(secs));
  }

  /**
   * A vertical stroke for each moment, upwards from a line.
   * @param {string} kind class
   * @param {readonly number[]} moments in seconds
   * @param {number} y
   * @param {number} height
   */
  strokes(kind, moments, y, height) {
    const strokes = moments.map(secs => `M${this.#x(secs)} ${y}v${-height}`);
    const lines = [];
    for (let i = 0; i < strokes.length; i += 10) lines.push(strokes.slice(i, i + 10).join(' '));
    this.#lines.push(`<path class="${kind}" d="${lines.join('\n    ')}"/>`);
  }

  /**
   * A horizontal line for each period of time.
   * @param {string} kind class
   * @param {readonly (readonly [from: number, to: number])[]} stretches in seconds
   * @param {number} y
   */
  spans(kind, stretches, y) {
    const spans = stretches.map(([from, to]) => `M${this.#x(from)} ${y}H${this.#x(to)}`);
    this.#lines.push(`<path class="${kind}" d="${spans.join(' ')}"/>`);
  }

  /**
   * The whole picture.
   * @param {number} height in pixels
   * @param {string} title the alternative text
   * @returns {string}
   */
  svg(height, title) {
    return picture(this.#lines, height, title);
  }
}

const WIDTH = 820;
const LEFT = 100;
const RIGHT = 800;

/**
 * @param {readonly string[]} content elements
 * @param {number} height in pixels
 * @param {string} title the alternative text
 * @returns {string}
 */
export function picture(content, height, title) {
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`;
  const lines = content.map(line => `  ${line}\n`).join('');
  return `${open}\n  <title>${title}</title>\n${STYLE}\n${lines}</svg>\n`;
}
