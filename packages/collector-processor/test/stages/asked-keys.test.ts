import { expect, test } from 'vitest';
import { createKeyTable } from '../../src/otlp/key-table.ts';
import type { KeyShape, SpanView, SpanWire } from '../../src/otlp/span-view.ts';
import { createCarriedAmong } from '../../src/stages/asked-keys.ts';
import { ASKED_LISTS_MAX } from '../../src/stages/limits.ts';
import { viewOf } from './spans.ts';

const table = createKeyTable(['model', 'input', 'output', 'agent']);

/** A cursor that is moved from one shape to another; undefined for a span whose keys are not known. */
const cursor = (): { readonly span: SpanView; readonly stand: (shape: KeyShape | undefined) => void } => {
  let shape: KeyShape | undefined;
  // No more of a span is asked here than its shape.
  const wire = {
    get shape() {
      return shape;
    },
  } as SpanWire;
  return { span: { ...viewOf({}, table), wire }, stand: (next) => (shape = next) };
};

const shapeOf = (...keys: readonly number[]): KeyShape => ({ keys, mayHave: () => true });
const lists = { model: ['model', 'other'], counts: ['output', 'input'], agent: 'agent' } as const;

test('gives of each list the keys that the span carries, in the order of the list, whatever was asked of which span before', () => {
  const { span, stand } = cursor();
  const carriedAmong = createCarriedAmong(span, table);
  const [call, plain] = [shapeOf(0, 1, 2), shapeOf(3)];
  for (let round = 0; round < 3; round += 1) {
    stand(call);
    expect(carriedAmong(lists.model)).toEqual([0]);
    expect(carriedAmong(lists.counts)).toEqual([2, 1]);
    stand(plain);
    expect(carriedAmong(lists.counts)).toEqual([]);
    expect(carriedAmong(lists.agent)).toEqual([3]);
    stand(call);
    // Not what was asked of such a span before.
    expect(carriedAmong(lists.agent)).toEqual([]);
    expect(carriedAmong(lists.counts)).toEqual([2, 1]);
    stand(undefined);
    expect(carriedAmong(lists.counts)).toEqual([2, 1]);
    expect(carriedAmong(lists.agent)).toEqual([3]);
  }
});

test('forgets lists once there are more than it keeps, and answers as before', () => {
  const { span, stand } = cursor();
  const carriedAmong = createCarriedAmong(span, table);
  const call = shapeOf(0, 1, 2);
  stand(call);
  for (let made = 0; made < 3 * ASKED_LISTS_MAX; made += 1) {
    expect(carriedAmong(['agent', 'input'])).toEqual([1]);
    if (made % 64 === 0) expect(carriedAmong(lists.counts)).toEqual([2, 1]);
  }
  for (let shapes = 0; shapes < 2 * ASKED_LISTS_MAX; shapes += 1) {
    stand(shapeOf(2));
    expect(carriedAmong(lists.counts)).toEqual([2]);
  }
  stand(call);
  expect(carriedAmong(lists.counts)).toEqual([2, 1]);
});
