/** Style of the report page: light and dark by what the reader's system asks for, one column on a phone, plain on paper. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1d2530; --quiet: #5b6675; --line: #d9dee5; --card: #f5f7f9; --warn: #9a5b00;
  --llm: #3566b0; --embedding: #6a9fd8; --vector: #2f8f83; --tool: #c9792b; --human: #8a4f9e;
  --infrastructure: #7c7f2a; --observability: #b0526b; --compliance: #5f6b7a; --training: #9a7552; --other: #9aa3ad;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14181d; --ink: #e4e8ed; --quiet: #9aa6b4; --line: #323a44; --card: #1d232a; --warn: #e6ab55;
    --llm: #6f9be0; --embedding: #9cc3ee; --vector: #57b8aa; --tool: #e39a52; --human: #bb83cc;
    --infrastructure: #b2b55c; --observability: #dc8299; --compliance: #93a1b3; --training: #c7a17c; --other: #77818c;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 4rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .5rem; }
p { margin: .25rem 0; }
.quiet, footer { color: var(--quiet); font-size: .87rem; overflow-wrap: anywhere; }
.warn { color: var(--warn); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.25rem 0; padding: 0; }
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; }
.tiles dt { color: var(--quiet); font-size: .82rem; }
.tiles dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.tiles dd small { display: block; font-size: .8rem; color: var(--quiet); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .87rem; }
th, td { padding: .3rem .6rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--quiet); font-weight: 600; white-space: normal; vertical-align: bottom; }
td.amount, th.amount { text-align: right; }
td.name { overflow-wrap: anywhere; white-space: normal; min-width: 7rem; }
tfoot td { font-weight: 600; border-bottom: 0; }
figure { margin: 0; }
figure svg { width: 100%; height: auto; }
.narrow { display: none; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .85rem; margin: .25rem 0 .5rem; padding: 0; list-style: none; }
.key span { display: inline-block; width: .8rem; height: .8rem; border-radius: .15rem; margin-right: .35rem; vertical-align: -.08rem; }
@media (max-width: 36rem) { th { white-space: nowrap; } .wide { display: none; } .narrow { display: block; } body { font-size: 14px; } }
@media print { body { max-width: none; } .scroll { overflow-x: visible; } table { font-size: 7pt; } th, td { padding: .2rem .3rem; } td.name { min-width: 6rem; } h2 { break-after: avoid; } figure, .tiles { break-inside: avoid; } }
`;
