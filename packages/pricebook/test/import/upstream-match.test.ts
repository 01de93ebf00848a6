import { matchesPattern } from '@costspan/pricing';
import { waitForUpdate } from '@pydantic/genai-prices';
import { expect, test } from 'vitest';
import { readUpstreamCatalog } from '../../src/import/upstream-catalog.ts';
import { matchText, type RuleNode, readRule, ruleAccepts, ruleMatches } from '../../src/import/upstream-match.ts';

const fail = (problem: string): never => {
  throw new Error(problem);
};

test.each([
  [{ equals: 'GPT-4o' }, [{ exact: 'gpt-4o' }], []],
  [{ starts_with: 'GLM-' }, [{ prefix: 'glm-' }], []],
  [{ contains: 'nova' }, [{ pattern: '*nova*' }], []],
  [{ ends_with: '-1:0' }, [{ pattern: '*-1:0' }], []],
  [{ regex: '^gpt-5\\.6-sol-\\d{4}-\\d{2}-\\d{2}$' }, [{ pattern: 'gpt-5.6-sol-####-##-##' }], []],
  [{ regex: '^gemini-3\\.5-flash-\\d' }, [{ pattern: 'gemini-3.5-flash-#*' }], []],
  [{ regex: '^composer-2\\.5\\[fast=true\\]$' }, [{ exact: 'composer-2.5[fast=true]' }], []],
  [{ or: [{ equals: 'a' }, { equals: 'A' }, { starts_with: 'b' }] }, [{ exact: 'a' }, { prefix: 'b' }], []],
])('%j becomes %j', (rule, matches, leftOut) => {
  expect(ruleMatches(readRule(rule, fail))).toEqual({ matches, leftOut });
});

test.each([
  [{ regex: '^(?!.*-tts)' }, 'regex ^(?!.*-tts)'],
  [{ regex: 'gpt' }, 'regex gpt'],
  [{ regex: '^gpt.4$' }, 'regex ^gpt.4$'],
  [{ regex: '^GPT$' }, 'regex ^GPT$'],
  [{ contains: 'a*b' }, 'contains a*b'],
  [{ and: [{ starts_with: 'a' }, { ends_with: 'b' }] }, 'and(starts_with a, ends_with b)'],
])('%j is left out, not approximated', (rule, leftOut) => {
  expect(ruleMatches(readRule(rule, fail))).toEqual({ matches: [], leftOut: [leftOut] });
});

test.each([[{ equal: 'a' }], [{ equals: 1 }], [{}], [null], [{ equals: 'a', contains: 'b' }], [{ or: 'a' }]])(
  'the unknown rule %j is reported',
  (rule) => {
    const problems: string[] = [];
    readRule(rule, (problem) => problems.push(problem));
    expect(problems).toEqual([`unknown match rule ${JSON.stringify(rule)}`]);
  },
);

test('every match accepts what its rule accepts, and its names belong to one model of the provider alone', async () => {
  const { providers, problems } = readUpstreamCatalog(await waitForUpdate());
  expect(problems).toEqual([]);
  const wrong: string[] = [];
  for (const { id, models } of providers) {
    for (const model of models) {
      for (const match of ruleMatches(model.rule).matches) {
        const name = matchText(match).replaceAll('*', '').replaceAll('#', '0');
        const owners = models.filter(({ rule }) => ruleAccepts(rule, name)).map((owner) => owner.id);
        const accepts = 'pattern' in match ? matchesPattern(match.pattern, name) : true;
        if (owners.length !== 1 || owners[0] !== model.id || !accepts) wrong.push(`${id}/${name}: ${owners}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('upstream compares without regard to case, a regular expression with the name in lower case', () => {
  const rule: RuleNode = {
    kind: 'or',
    rules: [
      { kind: 'equals', value: 'GPT' },
      { kind: 'regex', value: '^O1$' },
    ],
  };
  expect([ruleAccepts(rule, 'gpt'), ruleAccepts(rule, 'Gpt'), ruleAccepts(rule, 'O1')]).toEqual([true, true, false]);
});
