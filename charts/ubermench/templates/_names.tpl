{{/* Labels of every object; takes (dict "root" . "component" NAME). */}}
{{- define "ubermench.labels" -}}
{{ include "ubermench.podLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
{{- end }}

{{/* Labels of pods: without the version, so that a newer chart restarts only what it changes. */}}
{{- define "ubermench.podLabels" -}}
{{ include "ubermench.selector" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{/* What selects the pods of a component. */}}
{{- define "ubermench.selector" -}}
app.kubernetes.io/name: ubermench
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* A pod under the "restricted" standard; takes the user id. */}}
{{- define "ubermench.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "ubermench.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}
