import { writeFile } from 'node:fs/promises';
import { createTemporaryFolder } from '@costspan/testkit';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { serve } from '../../src/serve.ts';
import { openLedgerReader } from '../../src/store/ledger-reader.ts';
import { chatSpan, requestOf } from '../span-json.ts';

test('a service gives spans the dimensions of the file, reads it again on reload and keeps the old one where it is bad', async () => {
  const folder = await createTemporaryFolder();
  const file = folder.join('teams.csv');
  const ledger = folder.join('ledger.db');
  await writeFile(file, 'match.service.name,set.team\nagent,support\n');
  const yaml = `work_items: {dimensions_from: ${JSON.stringify(file)}}\nservice: {watch_files: 0s}`;
  const parsed = parseConfig(yaml, {}, { endpoint: '127.0.0.1:0', ledgerFile: ledger });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const service = await serve({ config: parsed.config });
  const send = (number: number) =>
    fetch(`${service.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(requestOf([chatSpan(number, `T-${number}`)])),
    });
  await send(1);
  await writeFile(file, 'match.service.name,set.team\nagent,platform\n');
  await service.reload();
  await send(2);
  await writeFile(file, 'match.service.name,team\nagent,nobody\n');
  await expect(service.reload()).rejects.toThrow(`${file}:1: expected columns match.<key>`);
  await send(3);
  await service.close();
  const reader = openLedgerReader(ledger);
  const teams = [...reader.entries()].map(({ item, dimensions }) => [item?.id, dimensions]).sort();
  const records = [...reader.records()].map(({ item, dimensions }) => [item.id, dimensions]).sort();
  reader.close();
  const expected = [
    ['T-1', { team: 'support' }],
    ['T-2', { team: 'platform' }],
    ['T-3', { team: 'platform' }],
  ];
  expect([teams, records]).toEqual([expected, expected]);
  await folder.remove();
});
