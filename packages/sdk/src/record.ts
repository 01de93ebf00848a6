import type { MoneyText, Usage } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_CATEGORY,
  ATTR_COSTSPAN_ROLE,
  ATTR_COSTSPAN_SKU,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  CATEGORIES,
  type Category,
} from '@costspan/semconv';
import { type Attributes, SpanKind } from '@opentelemetry/api';
import type { ChargeGate } from './budget/charge-gate.ts';
import { CostspanError, shown } from './errors.ts';
import { guard, type ReportMisuse } from './faults.ts';
import type { SpanStarter } from './span-starter.ts';
import { tokenAttributes, usageAttributes } from './spans/usage-attributes.ts';
import { activeContext } from './work-item/work-item-context.ts';
import { checkUsage, costAttributes } from './wrap/cost.ts';

/** A cost the application knows and nobody else sees. */
export type RecordedCost = MoneyText & {
  readonly category: Category;
  /** What it was for, as the name of the span. Default: the category. */
  readonly name?: string;
};

/** Usage the application counts itself, to be priced from the price book. */
export type RecordedUsage = {
  readonly category: Category;
  /** Disjoint counts. */
  readonly usage: Usage;
  /** `provider/name` of a price. Give it, or `provider` and `model`. */
  readonly sku?: string;
  readonly provider?: string;
  readonly model?: string;
  /** What it was for, as the name of the span. Default: the sku, model or category. */
  readonly name?: string;
};

/** Records cost and usage of the current work item. What is wrong is reported and left out. */
export type Recorder = {
  readonly recordCost: (cost: RecordedCost) => void;
  readonly recordUsage: (usage: RecordedUsage) => void;
};

/** The recorder of a Costspan. */
export const createRecorder = (spans: SpanStarter, reportMisuse: ReportMisuse, charges: ChargeGate): Recorder => {
  const emit = (name: string, category: Category, attributes: () => Attributes, count: () => void): void => {
    try {
      const all = {
        [ATTR_COSTSPAN_ROLE]: category === 'tool' ? 'tool' : 'call',
        [ATTR_COSTSPAN_CATEGORY]: category,
        ...attributes(),
      };
      guard('counting a cost', count, undefined);
      guard(
        'recording a cost',
        () => spans.startSpan(name, { kind: SpanKind.INTERNAL, attributes: all }, activeContext()).end(),
        undefined,
      );
    } catch (error) {
      if (!CostspanError.isInstance(error)) throw error;
      reportMisuse(error);
    }
  };
  return {
    recordCost: (cost) => {
      const attributes = (): Attributes => {
        checkCategory(cost?.category, 'recordCost');
        return costAttributes(cost, 'recordCost');
      };
      emit(cost?.name ?? cost?.category ?? '', cost?.category, attributes, () => charges.cost(activeContext(), cost));
    },
    recordUsage: (recorded) => {
      const name = recorded?.name ?? recorded?.sku ?? recorded?.model ?? recorded?.category ?? '';
      const attributes = (): Attributes => {
        checkCategory(recorded?.category, 'recordUsage');
        const usage = checkUsage(recorded.usage, 'recordUsage: usage');
        return {
          ...usageAttributes(usage),
          ...tokenAttributes(usage),
          ...(recorded.sku !== undefined && { [ATTR_COSTSPAN_SKU]: recorded.sku }),
          ...(recorded.provider !== undefined && { [ATTR_GEN_AI_PROVIDER_NAME]: recorded.provider }),
          ...(recorded.model !== undefined && { [ATTR_GEN_AI_REQUEST_MODEL]: recorded.model }),
        };
      };
      emit(name, recorded?.category, attributes, () => charges.usage(activeContext(), recorded));
    },
  };
};

const checkCategory = (category: unknown, where: string): void => {
  if ((CATEGORIES as readonly unknown[]).includes(category)) return;
  throw new CostspanError({
    code: 'cost-invalid',
    where: `${where}: category`,
    problem: `expected one of ${CATEGORIES.join(', ')}`,
    found: shown(category),
    advice: 'choose one of them',
  });
};
