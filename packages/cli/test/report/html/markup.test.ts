import { expect, test } from 'vitest';
import { html, trustedMarkup } from '../../../src/report/html/markup.ts';

test('escapes text, and leaves markup and lists of it', () => {
  const rows = ['<a>', '"b" & \'c\''].map((text) => html`<td title="${text}">${text}</td>`);
  expect(html`<tr>${rows}${undefined}${7}</tr>`.markup).toBe(
    '<tr><td title="&lt;a&gt;">&lt;a&gt;</td><td title="&quot;b&quot; &amp; &#39;c&#39;">&quot;b&quot; &amp; &#39;c&#39;</td>7</tr>',
  );
  expect(html`${trustedMarkup('<svg/>')}`.markup).toBe('<svg/>');
});
