{{/*
The account of a task's pods, unless it is yours. Takes (list root component section annotations).
*/}}
{{- define "iot.taskAccount" -}}
{{- if not (index . 2).serviceAccountName }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "iot.account" . }}
  {{- include "iot.metadata" . | nindent 2 }}
  {{- with merge (dict) (index . 3) (index . 2).serviceAccountAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}
{{- end }}

{{/*
What a task may reach. Takes (list root component annotations egress), the last being text.
*/}}
{{- define "iot.taskPolicy" -}}
{{- if (index . 0).Values.networkPolicy.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "iot.fullname" (index . 0) }}-{{ index . 1 }}
  {{- include "iot.metadata" . | nindent 2 }}
  {{- with index . 2 }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  podSelector:
    matchLabels:
      {{- include "iot.selector" . | nindent 6 }}
  policyTypes: [Egress]
  egress:
    {{- index . 3 | trim | nindent 4 }}
{{- end }}
{{- end }}

{{/* Egress of what uses Kafka and MongoDB, by their names. */}}
{{- define "iot.backendsEgress" -}}
- ports: [{ protocol: UDP, port: 53 }, { protocol: TCP, port: 53 }]
{{ include "iot.kafkaEgress" . | trim }}
{{ include "iot.mongoEgress" . | trim }}
{{- end }}

{{/* Annotations of a hook that comes with the pod of a hook, and goes with it. Takes when. */}}
{{- define "iot.hook" -}}
helm.sh/hook: {{ . }}
helm.sh/hook-weight: '-10'
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded,hook-failed
{{- end }}
