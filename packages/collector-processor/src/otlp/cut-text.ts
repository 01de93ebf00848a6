const encoder = new TextEncoder();

/** The text, cut after the last character that ends within `bytesMax` bytes of UTF-8. */
export function cutText(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax) return text;
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(bytesMax)).read);
}
