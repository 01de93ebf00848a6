import type { Claim } from './budget-store.ts';
import type { Refused, Target } from './refusals.ts';
import { accountOf, type Binding, type WorkScope } from './scope.ts';
import type { WorkingTime } from './working-time.ts';

/** When a call is made, and by what. */
export type CallPlace = { readonly atMs: number; readonly tool?: string };

/** The accounts a call is counted on, and those around a slice that are only watched. */
export type Targets = { readonly counted: readonly Target[]; readonly watched: readonly Target[] };

/** The accounts of a call in a scope; each once, however often its budget was given. */
export const targetsOf = (scope: WorkScope, place: CallPlace, time: WorkingTime): Targets => {
  const counted: Target[] = [];
  const watched: Target[] = [];
  const call = { atMs: place.atMs, agent: scope.agent?.name, tool: place.tool };
  for (const binding of scope.bindings) {
    const target = targetOf(binding, call, time);
    if (target === undefined) continue;
    // An account behind a slice is paid by the slice, also where its budget is given again inside.
    if (isAmong(watched, target) || isAmong(counted, target)) continue;
    if (binding.isSliced) watched.push(target);
    else counted.push(target);
  }
  const { slice } = scope;
  if (slice !== undefined) counted.push({ claim: slice.claim, label: slice.label, budget: slice.budget, item: slice.item });
  return { counted, watched };
};

const isAmong = (targets: readonly Target[], { claim }: Target): boolean =>
  targets.some((other) => other.claim.account === claim.account);

/** The account of one binding for a call; undefined when its budget does not count such a call. */
export const targetOf = (
  binding: Binding,
  call: { readonly atMs: number; readonly agent: string | undefined; readonly tool: string | undefined },
  time: WorkingTime,
): Target | undefined => {
  const name = accountOf(binding, call);
  if (name === undefined) return undefined;
  const { budget } = binding;
  const claim: Claim = {
    account: name.account,
    currency: budget.currency,
    limits: budget.limits,
    openMs: isTimed(budget.limits) ? time.openMsOf(name.account) : 0,
  };
  return { claim, label: name.label, budget, item: binding.item };
};

/** Whether a budget has any limit of working time. */
export const isTimed = ({ softMs, gateMs, hardMs }: Claim['limits']): boolean =>
  softMs !== undefined || gateMs !== undefined || hardMs !== undefined;

/** A refusal before the store was asked. */
export const refusedBefore = (target: Target, reason: Refused['reason'], what: string, wantedPico = 0n): Refused => ({
  reason,
  target,
  state: { currency: target.budget.currency, committedPico: 0n, reservedPico: 0n, elapsedMs: 0 },
  wantedPico,
  what,
});
