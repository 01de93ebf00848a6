/** Sets a field whose name may be anything a sender thought of, `__proto__` included. */
export function putOwn<Value>(fields: Record<string, Value>, key: string, value: Value): void {
  if (key === '__proto__') Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
  else fields[key] = value;
}
