/** Tells whoever started this process that something happened to an item. */
export function tell(item: string, what: string): void {
  process.send?.({ item, what });
}
