// CommonJS applications load the published packages with require(); Node 22.15 and newer can do that with ES modules.
for (const name of ['semconv', 'pricing', 'pricebook', 'ledger', 'sdk', 'collector-processor']) {
  const names = Object.keys(require(`@costspan/${name}`));
  if (names.length === 0) throw new Error(`@costspan/${name}: require() gave no exports`);
}
