import { oracle } from '../../packages/collector-processor/test/otlp/proto.ts';
import { createPayload } from './payload.ts';

/** Spans per CPU-second that protobufjs decodes and encodes on the machine for which the goals were set. */
export const referenceRate = 30_000;

const spanCount = 512;
const measuredMs = 1_500;

/** Spans per CPU-second that protobufjs decodes and encodes here and now: how fast this machine is, with its neighbours. */
export function measureReference(): number {
  const { body } = createPayload(spanCount, 'all', 1);
  const type = oracle('ExportTraceServiceRequest');
  const work = (): unknown => type.encode(type.decode(body)).finish();
  for (let warm = 0; warm < 10; warm += 1) work();
  const before = process.cpuUsage();
  const end = performance.now() + measuredMs;
  let count = 0;
  do {
    work();
    count += 1;
  } while (performance.now() < end);
  const { user, system } = process.cpuUsage(before);
  return (count * spanCount * 1e6) / (user + system);
}
