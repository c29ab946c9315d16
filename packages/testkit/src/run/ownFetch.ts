// The first undici that a process loads sends what Node's fetch sends. Here that is always Node's own, whichever test file is first.
if (!(Symbol.for('undici.globalDispatcher.1') in globalThis)) await fetch('data:,');
