import type { Observation, SpanFact } from './span-fact.ts';

/** JSON text of a fact for storing and sending; {@link parseFact} is its inverse. */
export function factText(fact: SpanFact): string {
  const { observation, outcome } = fact;
  return JSON.stringify({
    ...fact,
    startNs: String(fact.startNs),
    endNs: String(fact.endNs),
    ...(outcome === undefined ? {} : { outcome: { ...outcome, atNs: String(outcome.atNs) } }),
    ...(observation === undefined ? {} : { observation: observationJson(observation) }),
  });
}

function observationJson(observation: Observation): unknown {
  const { receipt } = observation;
  return {
    ...observation,
    receipt: {
      ...receipt,
      amountPico: String(receipt.amountPico),
      lowPico: String(receipt.lowPico),
      highPico: String(receipt.highPico),
    },
  };
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** The fact that {@link factText} wrote. Trusts the text: it reads only what this package wrote. */
export function parseFact(text: string): SpanFact {
  const fact: Mutable<SpanFact> = JSON.parse(text);
  fact.startNs = BigInt(fact.startNs);
  fact.endNs = BigInt(fact.endNs);
  if (fact.outcome !== undefined) fact.outcome = { ...fact.outcome, atNs: BigInt(fact.outcome.atNs) };
  const receipt: Mutable<Observation['receipt']> | undefined = fact.observation?.receipt;
  if (receipt !== undefined) {
    receipt.amountPico = BigInt(receipt.amountPico);
    receipt.lowPico = BigInt(receipt.lowPico);
    receipt.highPico = BigInt(receipt.highPico);
  }
  return fact;
}
