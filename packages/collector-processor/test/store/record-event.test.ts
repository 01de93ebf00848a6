import { type CostRecord, entryJson } from '@costspan/ledger';
import { describe, expect, test } from 'vitest';
import { facts } from '../../../ledger/test/support/facts.ts';
import { entryToLogEvent } from '../../src/store/entry-event.ts';
import { recordToLogEvent } from '../../src/store/record-event.ts';
import { commitNs, openTestLedger } from './support/engine.ts';

const emittedAtNs = commitNs + 5n;

function ledgerOf(table: string) {
  const ledger = openTestLedger();
  ledger.commit(facts(table));
  return { records: ledger.records(), entries: ledger.entries(), emitter: ledger.file.emitter };
}

describe('the log event of a record', () => {
  test('has every field as a flat attribute, exact amounts as text and one double', () => {
    const { records, emitter } = ledgerOf(`
      span | item       | parentItem | outcome  | dimensions   | category | cost           | waste | usage
      root | ticket T-1 | T-0        |          | team=support |          |                |       |
      llm  | ticket T-1 |            |          |              | llm      | 0.18           |       | input_text_tokens=5
      bad  | ticket T-1 |            |          |              | llm      | ?model-unknown |       | input_text_tokens=2
      hum  | ticket T-1 |            | resolved |              | human    | ~0.45          |       | human_ms=1000
      re   | ticket T-1 |            |          |              | llm      | 0.02           | x     | input_text_tokens=1`);
    const event = recordToLogEvent(records[0] as CostRecord, emittedAtNs);
    expect({ ...event, attributes: Object.fromEntries(event.attributes) }).toEqual({
      eventName: 'costspan.work_item.cost',
      timeUnixNs: emittedAtNs,
      severityNumber: 13,
      body: 'ticket T-1 cost 0.65 USD, not everything priced',
      attributes: {
        'costspan.work_item.tenant': 'default',
        'costspan.work_item.type': 'ticket',
        'costspan.work_item.id': 'T-1',
        'costspan.work_item.parent_id': 'T-0',
        'costspan.work_item.outcome': 'resolved',
        'costspan.work_item.outcome_at': '1780315204000000000',
        'costspan.dimension.team': 'support',
        'costspan.record.state': 'open',
        'costspan.record.emitter': emitter,
        'costspan.record.revision': commitNs / 1000n,
        'costspan.record.first_span_at': 1_780_315_200_000_000_000n,
        'costspan.record.last_span_at': 1_780_315_205_000_000_000n,
        'costspan.cost.currency': 'USD',
        'costspan.total.amount': 0.65,
        'costspan.total.exact': '0.65',
        'costspan.total.low': '0.2',
        'costspan.total.high': '0.65',
        'costspan.total.waste': '0.02',
        'costspan.total.category.human': '0.45',
        'costspan.total.category.llm': '0.2',
        'costspan.total.usage.human_ms': '1000',
        'costspan.total.usage.input_text_tokens': '8',
        'costspan.total.spans.estimated': 1n,
        'costspan.total.spans.priced': 2n,
        'costspan.total.spans.unpriced': 1n,
        'costspan.unpriced.reasons': 'model-unknown=1',
        'costspan.record.coverage': '0.750000',
        'costspan.record.complete': false,
        'costspan.record.book_versions': '2026-06-01',
      },
    });
  });

  test('is information, not a warning, when everything is priced', () => {
    const { records } = ledgerOf('span | item | cost\n a | ticket T-1 | 1');
    expect(recordToLogEvent(records[0] as CostRecord, emittedAtNs)).toMatchObject({
      severityNumber: 9,
      body: 'ticket T-1 cost 1 USD',
    });
  });

  test('leaves out what is not known', () => {
    const { records } = ledgerOf('span | item\n a | ticket T-1');
    const keys = recordToLogEvent(records[0] as CostRecord, emittedAtNs).attributes.map(([key]) => key);
    expect(keys.filter((key) => /outcome|parent|coverage|reasons|book_versions|category|usage/.test(key))).toEqual([]);
  });
});

describe('the log event of an entry', () => {
  const attributesOf = (table: string): Readonly<Record<string, unknown>> => {
    const { entries } = ledgerOf(table);
    const [entry] = entries;
    if (entry === undefined) throw new Error('no entry');
    return Object.fromEntries(entryToLogEvent(entry, emittedAtNs).attributes);
  };

  test('has its identity, cost and origin', () => {
    const { entries, emitter } = ledgerOf(
      'span | item | cost | usage | agent\n llm | ticket T-1 | ~0.18 | input_text_tokens=5 | refunds',
    );
    const [entry] = entries;
    if (entry === undefined) throw new Error('no entry');
    const event = entryToLogEvent(entry, emittedAtNs);
    expect({ ...event, attributes: Object.fromEntries(event.attributes) }).toEqual({
      eventName: 'costspan.entry',
      timeUnixNs: emittedAtNs,
      severityNumber: 9,
      body: 'ticket T-1: llm 0.18 USD',
      traceId: entry.traceId,
      attributes: {
        'costspan.entry.json': JSON.stringify(entryJson(entry)),
        'costspan.entry.id': entry.id,
        'costspan.entry.version': 1n,
        'costspan.entry.state': 'live',
        'costspan.record.emitter': emitter,
        'costspan.work_item.tenant': 'default',
        'costspan.work_item.type': 'ticket',
        'costspan.work_item.id': 'T-1',
        'costspan.entry.item_source': 'span',
        'costspan.entry.usage_at': 1_780_315_200_000_000_000n,
        'costspan.entry.recorded_at': commitNs,
        'costspan.category': 'llm',
        'costspan.cost.status': 'estimated',
        'costspan.cost.source': 'price_book',
        'costspan.cost.currency': 'USD',
        'costspan.entry.amount': '0.18',
        'costspan.cost.low': '0',
        'costspan.cost.high': '0.18',
        'costspan.cost.waste': false,
        'costspan.cost.reason': 'attempt-possible',
        'costspan.usage.input_text_tokens': 5n,
        'costspan.cost.price_ids': 'openai/input_text_tokens',
        'costspan.cost.book': '2026-06-01+abababababab',
        'costspan.entry.span_id': entry.spanId,
        'costspan.entry.role': 'call',
        'gen_ai.provider.name': 'openai',
        'gen_ai.response.model': 'gpt-5',
        'costspan.agent.name': 'refunds',
      },
    });
  });

  test('has no amount when nothing of it is known, and says why', () => {
    const attributes = attributesOf('span | cost\n llm | ?model-unknown');
    expect(attributes).not.toHaveProperty('costspan.entry.amount');
    expect(attributes).toMatchObject({
      'costspan.cost.status': 'unpriced',
      'costspan.cost.reason': 'model-unknown',
      'costspan.entry.unattributed_reason': 'no-item',
    });
  });

  test('says of a duplicate which entry is priced instead', () => {
    const { entries } = ledgerOf('span | call | scope | cost\n a | r1 | a | 1\n b | r1 | b | 1');
    expect(
      entries.map((entry) => new Map(entryToLogEvent(entry, emittedAtNs).attributes).get('costspan.entry.duplicate_of')),
    ).toEqual([entries[1]?.id, undefined]);
  });
});
