import { expect, test } from 'vitest';
import type { CallOutcome, OutcomeRule, PriceRequest, Usage } from '../src/index.ts';
import { bookOf, brief, compiled, inputRow, outputRow, priceOf } from './support/books.ts';

const rule = (id: string, more: Partial<OutcomeRule> = {}): OutcomeRule => ({
  id,
  outcome: 'refused',
  billed: 'nothing',
  ...more,
});
const answered: Usage = { input_text_tokens: 1_000_000, output_text_tokens: 1_000_000 };
const unanswered: Usage = { input_text_tokens: 1_000_000 };

const rows = [inputRow('3'), outputRow('15')];
const book = (...outcomes: readonly OutcomeRule[]) => compiled([bookOf(rows, { outcomes })]);
const refused = (usage: Usage, outcomes: readonly OutcomeRule[], more: Partial<PriceRequest> = {}) =>
  priceOf(usage, book(...outcomes), { outcome: 'refused', ...more });

test('without a rule the usage is billed, however the call ended', () => {
  for (const outcome of ['failed', 'refused', 'filtered', 'cancelled'] satisfies CallOutcome[]) {
    expect(brief(priceOf(answered, book(), { outcome }))).toBe('priced 18 | input_text_tokens 3 | output_text_tokens 15');
  }
});

test('a call that is not billed costs nothing, with its list price beside it', () => {
  const receipt = refused(unanswered, [rule('r')]);
  expect(brief(receipt)).toBe('non_billable 0 | input_text_tokens 0 outcome-not-billed');
  expect(receipt).toMatchObject({ complete: true, compared: { kind: 'list_price', amount: '3', difference: '-3' } });
});

test('a rule may hold only for calls with little output', () => {
  const rules = [rule('r', { output_at_most: 1 })];
  expect(refused({ ...unanswered, output_text_tokens: 1 }, rules).status).toBe('non_billable');
  expect(refused({ ...unanswered, output_text_tokens: 1, output_reasoning_tokens: 1 }, rules).status).toBe('estimated');
  expect(refused({ ...unanswered, output_text_tokens: 2 }, rules).status).toBe('priced');
});

test('what may or may not be billed is an estimate from 0', () => {
  const receipt = refused(unanswered, [rule('r', { billed: 'unknown' })]);
  expect(brief(receipt)).toBe('estimated 3 | input_text_tokens 3 outcome-billing-unknown');
  expect([receipt.lowPico, receipt.highPico]).toEqual([0n, 3_000_000_000_000n]);
});

test.each<[string, Partial<OutcomeRule>, string]>([
  ['another outcome', { outcome: 'failed' }, 'priced'],
  ['another provider', { provider: 'openai' }, 'priced'],
  ['another model', { match: { prefix: 'x-' } }, 'priced'],
  ['later', { valid_from: '2026-03-02' }, 'priced'],
  ['earlier', { valid_to: '2026-03-01' }, 'priced'],
  ['this provider, model and time', { provider: 'acme', match: { prefix: 'mod' }, valid_from: '2026-03-01' }, 'non_billable'],
])('a rule for %s', (_, more, status) => {
  expect(refused(unanswered, [rule('r', more)]).status).toBe(status);
});

test.each<[string, Partial<OutcomeRule>, Partial<OutcomeRule>]>([
  ['the nearer match', { match: { exact: 'model' } }, { match: { prefix: 'mod' } }],
  ['a match before none', { match: { pattern: '*' } }, { provider: 'acme' }],
  ['a provider before none', { provider: 'acme' }, {}],
  ['the lower count of output', { output_at_most: 0 }, { output_at_most: 5 }],
  ['the later start', { valid_from: '2026-02-01' }, { valid_from: '2026-01-01' }],
])('of two rules that hold goes first: %s', (_, first, second) => {
  const winner = rule('z', { ...first, billed: 'nothing' });
  const loser = rule('a', { ...second, billed: 'unknown' });
  for (const rules of [
    [winner, loser],
    [loser, winner],
  ]) {
    expect(refused(unanswered, rules).status).toBe('non_billable');
  }
});

test('a higher layer may say otherwise', () => {
  const contract = bookOf([], { layer: 'contract', outcomes: [rule('mine', { billed: 'usage' })] });
  const both = compiled([bookOf(rows, { outcomes: [rule('r', { match: { exact: 'model' } })] }), contract]);
  expect(priceOf(unanswered, both, { outcome: 'refused' }).status).toBe('priced');
});

test('what is known better goes before the rule: a declared cost, the cost a router reports, impossible usage', () => {
  const dollars = (amount: string) => ({ amount, currency: 'USD' });
  expect(refused(unanswered, [rule('r')], { declaredCost: dollars('1') }).amount).toBe('1');
  const router = compiled([bookOf([inputRow('3', { provider: 'openrouter' })], { outcomes: [rule('r')] })]);
  const request = { provider: 'openrouter', outcome: 'refused', reportedCost: dollars('2') } as const;
  expect(priceOf(unanswered, router, request)).toMatchObject({ amount: '2', compared: { status: 'non_billable', amount: '0' } });
  expect(refused({ input_text_tokens: -1 }, [rule('r')]).status).toBe('invalid_usage');
});

test('a call without usage that is not billed is not missing its usage', () => {
  expect(refused({}, [rule('r')]).status).toBe('non_billable');
  expect(refused({}, []).status).toBe('usage_missing');
});
