import { packageBuild } from '../../tsup.base.ts';

// The exporter is taken in with what it needs for traces alone: loaded as a package it wants all signals of
// @opentelemetry/api 1.10, and would keep applications with an OpenTelemetry SDK 2 from loading this package.
const bundled = /^@opentelemetry\/(?:exporter-trace-otlp-http|otlp-exporter-base|otlp-transformer)$/;

export default packageBuild(['src/index.ts', 'src/redis.ts'], { bundled: [bundled] });
