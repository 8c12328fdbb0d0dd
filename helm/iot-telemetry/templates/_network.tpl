{{/* TCP ports for a NetworkPolicy: a list of numbers or texts as `ports:` entries. */}}
{{- define "iot.tcpPorts" -}}
{{- range . }}
- { protocol: TCP, port: {{ include "iot.text" . }} }
{{- end }}
{{- end }}

{{/* One egress rule to peers, or to anywhere when there are none. Takes (list peers ports). */}}
{{- define "iot.egressTo" -}}
- ports:
    {{- include "iot.tcpPorts" (index . 1) | trim | nindent 4 }}
  {{- with index . 0 }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* Ports that a text such as "a:9092,b:9092" names, once each, as a JSON list. */}}
{{- define "iot.portsIn" -}}
{{- $ports := list -}}
{{- range regexFindAll ":[0-9]+(,|$)" . -1 -}}
{{- $ports = append $ports (trimAll ":," .) -}}
{{- end -}}
{{- toJson ($ports | uniq) -}}
{{- end }}

{{- define "iot.kafkaEgress" -}}
{{- $policy := .Values.networkPolicy -}}
{{- $ports := $policy.kafkaPorts | default (include "iot.portsIn" (include "iot.bootstrapServers" .) | fromJsonArray) -}}
{{- include "iot.egressTo" (list $policy.kafkaPeers $ports) -}}
{{- end }}

{{- define "iot.mongoEgress" -}}
{{- $policy := .Values.networkPolicy -}}
{{- $hosts := "" -}}
{{- if not .Values.mongo.existingSecret -}}
{{- $hosts = regexReplaceAll "^mongodb(\\+srv)?://([^@/]*@)?([^/?]*).*$" (include "iot.mongoUrl" .) "${3}" -}}
{{- end -}}
{{- $ports := $policy.mongoPorts | default (include "iot.portsIn" $hosts | fromJsonArray) | default (list 27017) -}}
{{- include "iot.egressTo" (list $policy.mongoPeers $ports) -}}
{{- end }}

{{/* For what asks the Kubernetes API, by the names of none. */}}
{{- define "iot.apiServerEgress" -}}
{{- include "iot.egressTo" (list list .Values.networkPolicy.apiServerPorts) -}}
{{- end }}

{{/* Takes (list root values). */}}
{{- define "iot.mqttEgress" -}}
{{- $policy := (index . 0).Values.networkPolicy -}}
{{- $url := (index . 1).config.MQTT_URL | default "" -}}
{{- $usual := get (dict "mqtt" 1883 "mqtts" 8883 "ws" 80 "wss" 443) (regexFind "^[a-z]+" $url) | default 1883 -}}
{{- $host := regexReplaceAll "^[a-z]+://([^@/]*@)?([^/?]*).*$" $url "${2}" -}}
{{- $ports := $policy.mqttPorts | default (include "iot.portsIn" $host | fromJsonArray) | default (list $usual) -}}
{{- include "iot.egressTo" (list $policy.mqttPeers $ports) -}}
{{- end }}

{{/* To the provider of OIDC_ISSUER. Takes (list root values). */}}
{{- define "iot.oidcEgress" -}}
{{- $policy := (index . 0).Values.networkPolicy -}}
{{- $url := (index . 1).config.OIDC_ISSUER -}}
{{- $usual := ternary 80 443 (hasPrefix "http:" $url) -}}
{{- $host := regexReplaceAll "^[a-z]+://([^/?]*).*$" $url "${1}" -}}
{{- $ports := $policy.oidcPorts | default (include "iot.portsIn" $host | fromJsonArray) | default (list $usual) -}}
{{- include "iot.egressTo" (list $policy.oidcPeers $ports) -}}
{{- end }}

{{/* Where traces are sent; empty: nowhere. */}}
{{- define "iot.tracesUrl" -}}
{{- coalesce .Values.config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT .Values.config.OTEL_EXPORTER_OTLP_ENDPOINT | default "" -}}
{{- end }}

{{/* To the receiver of traces. */}}
{{- define "iot.tracesEgress" -}}
{{- $policy := .Values.networkPolicy -}}
{{- $url := include "iot.tracesUrl" . -}}
{{- $usual := ternary 80 443 (hasPrefix "http:" $url) -}}
{{- $host := regexReplaceAll "^[a-z]+://([^/?]*).*$" $url "${1}" -}}
{{- $ports := $policy.tracesPorts | default (include "iot.portsIn" $host | fromJsonArray) | default (list $usual) -}}
{{- include "iot.egressTo" (list $policy.tracesPeers $ports) -}}
{{- end }}

{{/* To the two APIs' pods, for what tries the platform from inside. */}}
{{- define "iot.apisEgress" -}}
{{- range $name, $facts := include "iot.components" . | fromYaml }}
{{- if $facts.public }}
- ports: [{ protocol: TCP, port: {{ $facts.port }} }]
  to:
    - podSelector:
        matchLabels:
          {{- include "iot.selector" (list $ $name) | nindent 10 }}
{{- end }}
{{- end }}
{{- end }}

{{/*
What tells the pods of this chart in this release: by name and component, as the pods of a chart
around it have the same instance.
*/}}
{{- define "iot.releaseSelector" -}}
matchLabels:
  app.kubernetes.io/instance: {{ .Release.Name }}
matchExpressions:
  - { key: app.kubernetes.io/name, operator: In, values: [{{ include "iot.name" . }}] }
  - key: app.kubernetes.io/component
    operator: In
    values: [{{ concat (include "iot.components" . | fromJson | keys) (list "auth-secret" "init" "test" "verify" "load-generator" "toolbox" "kafka" "mongo") | sortAlpha | join ", " }}]
{{- end }}

{{/* They, as a peer. */}}
{{- define "iot.releasePods" -}}
- podSelector:
    {{- include "iot.releaseSelector" . | nindent 4 }}
{{- end }}
