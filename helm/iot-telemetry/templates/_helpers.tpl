{{/*
The name that every object's name begins with. 40 characters leave room for the longest ending
within Kubernetes' 63; a longer one is cut, and ends with a hash of all of it, so that two releases
whose names begin alike do not meet.
*/}}
{{- define "iot.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- if .Values.fullnameOverride -}}
{{- include "iot.cut" .Values.fullnameOverride -}}
{{- else if contains $name .Release.Name -}}
{{- include "iot.cut" .Release.Name -}}
{{- else -}}
{{- include "iot.cut" (printf "%s-%s" .Release.Name $name) -}}
{{- end -}}
{{- end }}

{{- define "iot.name" -}}
{{- include "iot.cut" (.Values.nameOverride | default .Chart.Name) -}}
{{- end }}

{{- define "iot.cut" -}}
{{- if gt (len .) 40 -}}
{{- printf "%s-%s" (. | trunc 31 | trimAll "-.") (. | sha256sum | trunc 8) -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end }}

{{/*
What tells one component's pods from all others: never changes in the life of a release. Takes (list
root component).
*/}}
{{- define "iot.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "iot.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/*
Labels of pods: without the chart's version, which would restart them for nothing. Takes (list root
component).
*/}}
{{- define "iot.podLabels" -}}
{{- $root := index . 0 -}}
{{ include "iot.selector" . }}
app.kubernetes.io/version: {{ $root.Values.image.tag | default $root.Chart.AppVersion | trunc 63 | trimAll "-_." | quote }}
app.kubernetes.io/part-of: iot-telemetry
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels of every object. Takes (list root component). */}}
{{- define "iot.labels" -}}
{{- $root := index . 0 -}}
{{ include "iot.podLabels" . }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimAll "-_." }}
{{- end }}

{{/* Namespace and labels of an object. Takes (list root component). */}}
{{- define "iot.metadata" -}}
namespace: {{ (index . 0).Release.Namespace }}
labels:
  {{- include "iot.labels" . | nindent 2 }}
{{- end }}

{{/*
A value as the text of an environment variable: Helm has numbers as floats, and prints large ones
with an exponent.
*/}}
{{- define "iot.text" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) -}}
{{- int64 . -}}
{{- else if kindIs "slice" . -}}
{{- join "," . -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end }}

{{- define "iot.image" -}}
{{- with .Values.image -}}
{{- with .registry }}{{ trimSuffix "/" . }}/{{ end }}{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end }}

{{- define "iot.pullPolicy" -}}
{{- .Values.image.pullPolicy | default (ternary "Always" "IfNotPresent" (ne .Values.image.registry "")) -}}
{{- end }}

{{/* Secret with the MongoDB connection string, and its key: yours, or the release's own. */}}
{{- define "iot.mongoSecret" -}}
{{- .Values.mongo.existingSecret | default (printf "%s-mongo" (include "iot.fullname" .)) -}}
{{- end }}
{{- define "iot.mongoSecretKey" -}}
{{- ternary .Values.mongo.secretKey "url" (ne .Values.mongo.existingSecret "") -}}
{{- end }}

{{- define "iot.bootstrapServers" -}}
{{- .Values.kafka.bootstrapServers | default (printf "%s-kafka:9092" (include "iot.fullname" .)) -}}
{{- end }}
{{- define "iot.mongoUrl" -}}
{{- .Values.mongo.url | default (printf "mongodb://%s-mongo:27017" (include "iot.fullname" .)) -}}
{{- end }}
