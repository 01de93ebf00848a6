#!/usr/bin/env node
// Checked before anything is imported: on an older Node the imports themselves would fail, with a message about syntax or node:sqlite.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  console.error(`costspan: needs Node 22.15 or newer, found ${process.versions.node}; install a newer Node`);
  process.exit(1);
}
// node:sqlite still announces itself as experimental; the store's tests cover what is used of it.
const emitWarning = process.emitWarning;
process.emitWarning = (warning, ...rest) => {
  if (!String(warning).startsWith('SQLite is an experimental feature')) emitWarning.call(process, warning, ...rest);
};
const { main } = await import('../dist/main.js');
process.exitCode = await main(process.argv.slice(2));
