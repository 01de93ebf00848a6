/** A panel as a dashboard lists it. */
export type PanelRow = {
  readonly title: string;
  readonly description: string;
  /** `number`: what it is now. Default: over time. */
  readonly show?: 'number';
  /** A unit of Grafana's. */
  readonly unit: string;
  /** Whether it shows amounts. They are float64 in Prometheus, and the title says so. */
  readonly money?: true;
  /** PromQL; `$instance` is chosen at the top of the dashboard. */
  readonly queries: ReadonlyArray<{ readonly expression: string; readonly legend: string }>;
};
