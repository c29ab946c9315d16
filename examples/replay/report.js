/** @typedef {import('./model.js').Counts} Counts */

const BUSIEST = 10;

/**
 * The results of the busiest clients, and of all, as a table.
 * @param {Readonly<Record<string, Counts>>} results of the same requests, by the name of their column
 * @returns {string}
 */
export function table(results) {
  const columns = Object.values(results);
  const [first = new Map()] = columns;
  const clients = [...first.keys()].sort((a, b) => asked(first.get(b)) - asked(first.get(a)));
  const rows = [
    ['', '', ...Object.keys(results)],
    ['The busiest clients', 'requests', ...columns.map(() => 'allowed refused')],
    ...clients
      .slice(0, BUSIEST)
      .map(client => [
        client,
        number(asked(first.get(client))),
        ...columns.map(each => cell(each.get(client))),
      ]),
    [
      `All ${number(clients.length)} clients`,
      number(asked(sum(first))),
      ...columns.map(each => cell(sum(each))),
    ],
  ];
  return rows.map(row).join('\n');
}

/** @param {readonly string[]} cells */
function row([name = '', requests = '', ...counts]) {
  return name.padEnd(20) + requests.padStart(8) + counts.map(each => each.padStart(18)).join('');
}

/** @param {{ allowed: number, refused: number } | undefined} counts */
function cell(counts) {
  return number(counts?.allowed ?? 0).padStart(7) + number(counts?.refused ?? 0).padStart(8);
}

/** @param {{ allowed: number, refused: number } | undefined} counts */
function asked(counts) {
  return (counts?.allowed ?? 0) + (counts?.refused ?? 0);
}

/** @param {Counts} counts */
function sum(counts) {
  const all = { allowed: 0, refused: 0 };
  for (const { allowed, refused } of counts.values()) {
    all.allowed += allowed;
    all.refused += refused;
  }
  return all;
}

/** @param {number} n */
export function number(n) {
  return n.toLocaleString('en');
}
