import { openLedger, packFacts } from '@costspan/collector-processor';
import { parseFact, type SpanFact } from '@costspan/ledger';

// Runs on the built package, whose ledger has a thread of its own. Commits the requests it is handed, one fact per line and a blank line after each request, and prints a number for each
// that is durable. A test kills it somewhere on the way.
const [file = ''] = process.argv.slice(2);
const ledger = await openLedger({ file, currency: 'USD' });
process.stdout.write('open\n');
const requests: SpanFact[][] = [[]];
let rest = '';
process.stdin.setEncoding('utf8');
for await (const chunk of process.stdin) rest += chunk;
for (const line of rest.split('\n')) {
  if (line === '') requests.push([]);
  else requests.at(-1)?.push(parseFact(line));
}
let acknowledged = 0;
await Promise.all(
  requests.map(async (facts) => {
    await ledger.commit(packFacts(facts));
    acknowledged += facts.length;
    process.stdout.write(`${facts.map(({ spanId }) => spanId).join(' ')}\n`);
  }),
);
process.stdout.write(`done ${acknowledged}\n`);
