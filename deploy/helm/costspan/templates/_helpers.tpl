{{- define "costspan.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "costspan.selector" -}}
app.kubernetes.io/name: costspan
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "costspan.labels" -}}
{{ include "costspan.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "costspan.keySecret" -}}
{{- .Values.meterKey.existingSecret | default (printf "%s-meter-key" (include "costspan.name" .)) -}}
{{- end }}

{{/* What every pod listens on and where it keeps its file. */}}
{{- define "costspan.baseConfig" -}}
receivers:
  otlp:
    protocols:
      http: { endpoint: 0.0.0.0:4318 }
      grpc:
        endpoint: 0.0.0.0:4317
        # Long connections would keep new pods idle.
        keepalive: { max_connection_age: 5m }
ledger:
  file: /var/lib/costspan/costspan.db
{{- end }}

{{- define "costspan.meterConfig" -}}
{{- $base := include "costspan.baseConfig" . | fromYaml -}}
{{- $way := printf `
exporters:
  otlp_http/ledger:
    endpoint: http://%s-ledger:4318
    headers: { authorization: "Bearer ${env:COSTSPAN_METER_KEY}" }
    retry_on_failure: { max_elapsed_time: 0s }
records:
  entries: [otlp_http/ledger]
` (include "costspan.name" .) | fromYaml -}}
{{- toYaml (mustMergeOverwrite $base $way (deepCopy .Values.config) (deepCopy .Values.meters.config)) -}}
{{- end }}

{{- define "costspan.ledgerConfig" -}}
{{- $base := include "costspan.baseConfig" . | fromYaml -}}
{{- $way := dict -}}
{{- if .Values.meters.replicas -}}
{{- $way = `
tenants:
  keys:
    - { tenant: "*", key: "${env:COSTSPAN_METER_KEY}" }
trust:
  entries: true
` | fromYaml -}}
{{- end -}}
{{- toYaml (mustMergeOverwrite $base $way (deepCopy .Values.config) (deepCopy .Values.ledger.config)) -}}
{{- end }}
