export type { AgentInit, AgentRef, RunAgent } from './agent/agent.ts';
export type { ApprovalRequest } from './approval/approval-request.ts';
export type { ApprovalDecision, Approvals, DecidedApproval } from './approval/approvals.ts';
export type {
  AccountLimits,
  AccountState,
  BudgetStore,
  Charge,
  Claim,
  DecideAnswer,
  GateDecision,
  OrPromise,
  PendingApproval,
  Refusal,
  Reservation,
  ReserveAnswer,
  SettleAnswer,
  Settlement,
  Slice,
} from './budget/budget-store.ts';
export type {
  Assumption,
  Budget,
  BudgetInit,
  BudgetLimits,
  BudgetNotice,
  BudgetPeriod,
  BudgetScope,
  TimeLimits,
} from './budget/budget-type.ts';
export { createMemoryStore } from './budget/memory-store.ts';
export type { Stop } from './budget/run-in-scope.ts';
export type { ItemOfLine, MeterOptions } from './clients/meter-client.ts';
export { type Costspan, createCostspan } from './create-costspan.ts';
export type { Finding } from './doctor.ts';
export {
  ApprovalRequiredError,
  BudgetExceededError,
  type BudgetStop,
  CostspanError,
  type CostspanErrorCode,
  type CostspanErrorFields,
  type StopReason,
} from './errors.ts';
export type { OnMisuse } from './faults.ts';
export type { FetchOptions } from './fetch/create-fetch.ts';
export type { Fetch } from './fetch/metered-fetch.ts';
export type { CompletedHandoff, Handoff, HandoffCompletion, HandoffRequest } from './handoff/handoff.ts';
export type { Touch } from './handoff/touch.ts';
export type { AiMiddleware, AiMiddlewareOptions } from './middleware/ai-middleware-type.ts';
export type { CostspanOptions, Stamp } from './options.ts';
export type { RecordedCost, RecordedUsage, Recorder } from './record.ts';
export { type StartOptions, startCostspan } from './start-costspan.ts';
export { SDK_SCOPE, SDK_VERSION } from './version.ts';
export type { Carrier, ExtractedWorkItem } from './work-item/carrier.ts';
export type { WorkItemCost } from './work-item/work-item-cost.ts';
export type { Dimensions, WorkItem, WorkItemInit } from './work-item/work-item-type.ts';
export type { RunInit, RunWorkItem, WorkItemRef, WorkItems } from './work-item/work-items.ts';
export type { ToolOptions, WrapTool } from './wrap/tool.ts';
export type { VectorOptions, WrapVector } from './wrap/vector.ts';
export type { AnyFunction, OrFromResult } from './wrap/wrap-function.ts';
