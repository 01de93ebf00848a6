import { expect, test } from 'vitest';
import type { Delivery } from '../../src/delivery.ts';
import { createHealthLog } from '../../src/exporters/health-log.ts';
import { silentLogger } from '../../src/logger.ts';

test('says when a destination begins to fail and when it works again, and nothing in between', () => {
  const said: string[] = [];
  const note = createHealthLog({
    ...silentLogger,
    info: (message, fields) => said.push(`info ${fields?.['exporter']}: ${message}`),
    warn: (message, fields) => said.push(`warn ${fields?.['exporter']}: ${message}`),
    error: (message, fields) => said.push(`error ${fields?.['exporter']}: ${message}, ${fields?.['reason']}`),
  });
  const [taken, busy, refused]: readonly Delivery[] = [
    { kind: 'accepted' },
    { kind: 'retryable', message: 'the prompt of a customer' },
    { kind: 'rejected', reason: 'unauthenticated', message: 'the prompt of a customer' },
  ];
  for (const delivery of [taken, busy, busy, busy, taken, taken, refused, refused, taken])
    if (delivery !== undefined) note('a', delivery);
  if (busy !== undefined) note('b', busy);
  expect(said).toEqual([
    'warn a: destination does not take requests; senders keep them until it does',
    'info a: destination takes requests again',
    'error a: destination refuses requests for good; look at its own log, unauthenticated',
    'info a: destination takes requests again',
    'warn b: destination does not take requests; senders keep them until it does',
  ]);
});
