import { apiOf } from './apis/apis.ts';
import { isProviderHost } from './provider.ts';

/** Whether the span of an HTTP client with these attributes, of now or of older conventions, asks a model for something that costs. */
export const isCostlyRequest = (attributes: Readonly<Record<string, unknown>>): boolean => {
  if ((attributes['http.request.method'] ?? attributes['http.method']) !== 'POST') return false;
  const address = attributes['url.full'] ?? attributes['http.url'];
  if (typeof address !== 'string' || !URL.canParse(address)) return false;
  const { hostname, pathname } = new URL(address);
  return isProviderHost(hostname) && apiOf('POST', pathname) !== undefined;
};
