import type { CostShare } from './payload.ts';

/** One way of running the service, and what is expected of it. */
export type Scenario = {
  readonly name: string;
  readonly transport: 'http' | 'grpc';
  readonly encoding: 'protobuf' | 'json';
  readonly compressionIn: 'none' | 'gzip' | 'zstd';
  readonly compressionOut: 'none' | 'gzip' | 'zstd';
  readonly transportOut: 'http' | 'grpc';
  readonly ledger: boolean;
  readonly share: CostShare;
  /** Spans per CPU-second: least to ship, and wished for. */
  readonly floor: number;
  readonly goal: number;
  readonly residentMebibytesMax: number;
};

const plain = {
  transport: 'http',
  encoding: 'protobuf',
  compressionIn: 'none',
  compressionOut: 'none',
  transportOut: 'http',
  ledger: false,
  share: 'tenth',
  residentMebibytesMax: 250,
} as const;

const withLedger = { ledger: true, residentMebibytesMax: 600 } as const;

/** Everything that is measured. Where nothing else is said, a tenth of the spans bears cost, as in most traces of agents. */
export const scenarios: readonly Scenario[] = [
  { ...plain, name: 'a: HTTP, ledger off', floor: 150_000, goal: 250_000 },
  { ...plain, ...withLedger, name: 'b: HTTP, ledger on', floor: 100_000, goal: 150_000 },
  { ...plain, ...withLedger, name: 'c: HTTP, ledger on, every span bears cost', share: 'all', floor: 50_000, goal: 80_000 },
  { ...plain, name: 'd: HTTP, ledger off, every span bears cost', share: 'all', floor: 50_000, goal: 80_000 },
  { ...plain, name: 'g: gRPC in, HTTP out, ledger off', transport: 'grpc', floor: 60_000, goal: 90_000 },
  { ...plain, name: 'h: gRPC in and out, ledger off', transport: 'grpc', transportOut: 'grpc', floor: 60_000, goal: 90_000 },
  {
    ...plain,
    name: 'z: gzip in, zstd out, ledger off',
    compressionIn: 'gzip',
    compressionOut: 'zstd',
    floor: 70_000,
    goal: 100_000,
  },
  { ...plain, name: 'j: JSON in, protobuf out, ledger off', encoding: 'json', floor: 30_000, goal: 45_000 },
];
