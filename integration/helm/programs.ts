import { type GoProgram, goProgram } from '../support/go-program.ts';

/** Helm, which renders the chart. */
export function helmProgram(): GoProgram {
  return goProgram('helm.sh/helm/v4/cmd/helm', 'v4.3.1');
}

/** What validates manifests against the schemas of the Kubernetes API, which it carries. */
export function validateProgram(): GoProgram {
  return goProgram('sigs.k8s.io/kubectl-validate', 'v0.0.4');
}
