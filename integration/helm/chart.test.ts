import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { repository } from '../support/cache-folder.ts';
import { goModuleFolder } from '../support/go-program.ts';
import { helmProgram, validateProgram } from './programs.ts';

const helm = helmProgram();
const validate = helm.kind === 'ready' ? validateProgram() : helm;
const chart = join(repository, 'deploy/helm/costspan');
const work = mkdtempSync(join(tmpdir(), 'costspan-helm-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
if (validate.kind === 'skipped') console.log(`The Helm chart is skipped: ${validate.why}`);

type Resource = {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
};

/** What people set, by what they want. */
const variants: Readonly<Record<string, readonly string[]>> = {
  'one service': [],
  'three meters and a ledger': ['meters.replicas=3', 'meterKey.value=a-key'],
  everything: [
    ...['meters.replicas=2', 'meterKey.existingSecret=key', 'serviceMonitor.enabled=true', 'serviceMonitor.labels.team=costs'],
    ...['envFromSecrets={one,two}', 'imagePullSecrets[0].name=pull', 'service.annotations.a=b', 'podAnnotations.c=d'],
    ...['networkPolicy.from[0].namespaceSelector.matchLabels.name=observability', 'nodeSelector.disk=fast'],
    ...['ledger.persistence.storageClass=fast', 'config.pricing.currency=EUR', 'meters.config.service.workers=2'],
    ...['tolerations[0].key=spot', 'tolerations[0].operator=Exists', 'topologySpreadConstraints[0].maxSkew=1'],
    ...['topologySpreadConstraints[0].topologyKey=zone', 'topologySpreadConstraints[0].whenUnsatisfiable=ScheduleAnyway'],
  ],
};

function template(...set: readonly string[]): ReturnType<typeof run> {
  if (helm.kind === 'skipped') throw new Error(helm.why);
  return run(helm.path, ['template', 'prod', chart, '--namespace', 'costs', ...set.flatMap((value) => ['--set', value])]);
}

function resources(manifest: string): readonly Resource[] {
  return parseAllDocuments(manifest).map((document) => document.toJS());
}

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 16 * 1024 * 1024 });
}

describe.skipIf(validate.kind === 'skipped')('the Helm chart', () => {
  let monitors = '';
  beforeAll(() => {
    const operator = goModuleFolder('github.com/prometheus-operator/prometheus-operator', 'v0.85.0');
    monitors = join(operator, 'example', 'prometheus-operator-crd');
  });

  test('passes the linter', () => {
    const { status, stdout, stderr } = run(helm.kind === 'ready' ? helm.path : '', ['lint', '--strict', chart]);
    expect(`${stdout}${stderr}`).toContain('1 chart(s) linted, 0 chart(s) failed');
    expect(status).toBe(0);
  });

  test.each(Object.entries(variants))('for %s is what the Kubernetes API takes', (name, set) => {
    const { status, stdout, stderr } = template(...set);
    expect(status, stderr).toBe(0);
    const file = join(work, `${name.replaceAll(' ', '-')}.yaml`);
    writeFileSync(file, stdout);
    const valid = run(validate.kind === 'ready' ? validate.path : '', [file, '--version', '1.30', '--local-crds', monitors]);
    expect(valid.status, `${valid.stdout}${valid.stderr}`).toBe(0);
  });

  test.each(Object.entries(variants))('for %s gives every pod a configuration that costspan takes', (_name, set) => {
    const configs = resources(template(...set).stdout).filter(({ data }) => data?.['costspan.yaml'] !== undefined);
    expect(configs.map(({ metadata }) => metadata.name)).toEqual(
      set.length === 0 ? ['prod-ledger'] : ['prod-meter', 'prod-ledger'],
    );
    for (const { metadata, data } of configs) {
      const file = join(work, `${metadata.name}-config.yaml`);
      writeFileSync(file, data?.['costspan.yaml'] ?? '');
      const bin = join(repository, 'packages/cli/bin/costspan.mjs');
      const checked = run('node', [bin, 'config', 'check', file], { COSTSPAN_METER_KEY: 'a-key' });
      expect(checked.status, `${metadata.name}: ${checked.stdout}${checked.stderr}`).toBe(0);
    }
  });

  test('keeps one ledger, and the files of all when the release goes', () => {
    const sets = resources(template('meters.replicas=3').stdout).filter(({ kind }) => kind === 'StatefulSet');
    expect(sets.map(({ metadata, spec }) => [metadata.name, spec?.['replicas']])).toEqual([
      ['prod-meter', 3],
      ['prod-ledger', 1],
    ]);
    for (const { spec } of sets) {
      expect(spec).toMatchObject({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' } });
    }
  });

  test.each([
    ['meters.replicas=-1', 'minimum'],
    ['ledger.replicas=2', 'ledger'],
    ['imagee.tag=x', 'imagee'],
  ])('refuses %s', (set, word) => {
    const { status, stderr } = template(set);
    expect(status).not.toBe(0);
    expect(stderr).toContain(word);
  });
});
