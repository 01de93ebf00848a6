/**
 * Whether a trace state says that other traces like this one were dropped: OpenTelemetry's threshold of rejection,
 * `ot=th:<hex digits>`, is above 0. Without one nothing is known, as most samplers leave none.
 */
export const isSampled = (traceState: string): boolean => {
  if (traceState === '') return false;
  const [, threshold] = THRESHOLD.exec(traceState) ?? [];
  return threshold !== undefined && !/^0+$/.test(threshold);
};

const THRESHOLD = /(?:^|,)[ \t]*ot=(?:[^,]*;)?th:([0-9a-f]{1,14})(?=[;,\s]|$)/;
