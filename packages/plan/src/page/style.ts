export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #646b74; --line: #d9dde2; --paper: #fff; --panel: #f5f7f9;
  --c0: #1f6fd1; --c1: #0b8a6a; --c2: #b3541e; --c3: #7d4cc2; --bad: #c93c2b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #9aa2ad; --line: #363c44; --paper: #15181c; --panel: #1d2126;
  --c0: #6aa9f7; --c1: #45c39d; --c2: #e8935a; --c3: #b693ec; --bad: #f0705f; } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 24px 16px 64px; max-width: 840px; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.6rem; margin: 0 0 4px } h2 { font-size: 1.15rem; margin: 40px 0 8px } p { margin: 0 0 12px }
.soft, figcaption { color: var(--soft) }
pre { background: var(--panel); padding: 12px 14px; border-radius: 6px; overflow-x: auto; margin: 0 0 12px }
figure { margin: 0; overflow-x: auto } svg { display: block; width: 100%; min-width: 600px; height: auto }
svg text { font: 12px system-ui, sans-serif; fill: var(--soft) } .middle { text-anchor: middle } .end { text-anchor: end } .title { font-weight: 600 }
.grid { stroke: var(--line); fill: none } .allowed { fill: var(--c0) } .requests { fill: var(--c1) } .refused { fill: var(--bad) }
.curve path { fill: none; stroke: var(--c); stroke-width: 2 } .curve .dot { fill: var(--c) } .curve text { fill: var(--c); font-weight: 600 }
.curve0 { --c: var(--c0) } .curve1 { --c: var(--c1) } .curve2 { --c: var(--c2) } .curve3 { --c: var(--c3) }
.chosen { fill: none; stroke: var(--ink); stroke-width: 2 }
.sliders { background: var(--panel); border-radius: 6px; padding: 14px; display: grid; gap: 10px }
.sliders label { display: grid; grid-template-columns: 4.5em 1fr 8em; gap: 10px; align-items: center }
.sliders input { width: 100%; font: inherit } output { display: block }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums } .wide { overflow-x: auto }
th, td { text-align: right; padding: 4px 8px; border-bottom: 1px solid var(--line); white-space: nowrap } th:first-child, td:first-child { text-align: left }
@media (max-width: 480px) { .sliders label { grid-template-columns: 1fr 6em } .sliders label span { grid-column: 1 / 3 } }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --line: #ccc; --paper: #fff; --panel: #f3f3f3;
  --c0: #1f6fd1; --c1: #0b8a6a; --c2: #b3541e; --c3: #7d4cc2; --bad: #c93c2b }
  body { max-width: none; padding: 0; font-size: 11pt } figure, table, .sliders { break-inside: avoid } h2 { break-after: avoid }
  input[type=range] { display: none } * { print-color-adjust: exact } }
`;
