import { addressesRememberedMax } from '../limits.ts';
import type { Api } from './apis/api-type.ts';
import { apiOf } from './apis/apis.ts';
import { acceptsIncludeUsage, providerOf } from './provider.ts';

/** What the address of a request tells: the same for every call that goes there. */
export type RequestAddress = {
  readonly url: URL;
  readonly server: Server;
  /** Undefined: what goes there costs nothing that could be metered. */
  readonly api: Api | undefined;
  /** Who answers there. */
  readonly provider: string;
  /** The model the path names: Bedrock, Vertex and Gemini have it there and not in the body. */
  readonly model: string | undefined;
  /** Whether the path asks for a stream. */
  readonly isStream: boolean;
  /** Whether chat streams from there may be asked for their usage. */
  readonly acceptsIncludeUsage: boolean;
};

/** Host and port a call goes to. */
export type Server = { readonly address: string; readonly port: number };

/** Reads addresses, each once. */
export type ReadAddress = (method: string, href: string) => RequestAddress;

/** A reader that remembers the addresses of calls that cost; one with a query is not kept, because it may hold a key. */
export const createReadAddress = (includeUsageHosts: readonly string[]): ReadAddress => {
  const known = new Map<string, RequestAddress>();
  return (method, href) => {
    const found = method === 'POST' ? known.get(href) : undefined;
    if (found !== undefined) return found;
    const address = readAddress(method, href, includeUsageHosts);
    if (address.api !== undefined && address.url.search === '' && known.size < addressesRememberedMax) known.set(href, address);
    return address;
  };
};

const readAddress = (method: string, href: string, includeUsageHosts: readonly string[]): RequestAddress => {
  const url = new URL(href);
  const { hostname, pathname } = url;
  const api = apiOf(method, pathname);
  const inPath = /\/models\/([^/:]+):|\/model\/([^/]+)\//.exec(pathname);
  const model = inPath?.[1] ?? inPath?.[2];
  return {
    url,
    server: { address: hostname, port: portOf(url) },
    api,
    provider: api?.provider ?? providerOf(hostname, api?.id ?? ''),
    model: model === undefined ? undefined : decodeURIComponent(model),
    isStream: /:stream\w+$|\/(invoke-with-response|converse)-stream$/.test(pathname),
    acceptsIncludeUsage: acceptsIncludeUsage(url, includeUsageHosts),
  };
};

/** OpenTelemetry asks for the port wherever the address is said, also for the usual one of the scheme. */
const portOf = ({ port, protocol }: URL): number => {
  if (port !== '') return Number(port);
  return protocol === 'http:' ? 80 : 443;
};
