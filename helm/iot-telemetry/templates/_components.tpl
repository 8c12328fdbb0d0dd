{{/*
The services, a map by name: files/services.json, which ops/register/write.mjs writes. key: their
values; port: where they listen; kafka, mongo, mqtt: what they connect to; public: has clients other
than Prometheus; consumer: takes its work from partitions; groupVariable: tells others its consumer
group. And, from the values, token: uses the Kubernetes API. One whose values say enabled: false is
left out.
*/}}
{{- define "iot.components" -}}
{{- $components := .Files.Get "files/services.json" | fromJson -}}
{{- range $name, $facts := $components -}}
{{- $values := index $.Values .key -}}
{{- $_ := set . "token" (or $values.watchThresholds $values.readPlatform | default false) -}}
{{- if not (dig "enabled" true $values) -}}
{{- $_ := unset $components $name -}}
{{- end -}}
{{- end -}}
{{- toJson $components -}}
{{- end }}

{{/*
The consumer groups that are not named as usual, by the variables that tell them to others: a map of
texts.
*/}}
{{- define "iot.groups" -}}
{{- $groups := dict -}}
{{- range include "iot.components" . | fromJson -}}
{{- $own := (index $.Values .key).config.CONSUMER_GROUP -}}
{{- if and .groupVariable $own -}}
{{- $_ := set $groups .groupVariable $own -}}
{{- end -}}
{{- end -}}
{{- toJson $groups -}}
{{- end }}

{{/* Environment of what talks to Kafka, without secrets: a map of texts. */}}
{{- define "iot.kafkaEnvironment" -}}
{{- with .Values.kafka -}}
KAFKA_BOOTSTRAP_SERVERS: {{ include "iot.bootstrapServers" $ | quote }}
TELEMETRY_TOPIC: {{ .telemetryTopic | quote }}
DLQ_TOPIC: {{ .dlqTopic | quote }}
CREDENTIALS_TOPIC: {{ .credentialsTopic | quote }}
TELEMETRY_PARTITIONS: {{ include "iot.text" .partitions | quote }}
KAFKA_REPLICATION_FACTOR: {{ include "iot.text" .replicationFactor | quote }}
{{- if .tls.enabled }}
KAFKA_SSL: 'true'
{{- if .tls.existingSecret }}
{{- with .tls.caKey }}
KAFKA_SSL_CA_FILE: /etc/iot-telemetry/kafka/{{ . }}
{{- end }}
{{- if .tls.certKey }}
KAFKA_SSL_CERT_FILE: /etc/iot-telemetry/kafka/{{ .tls.certKey }}
KAFKA_SSL_KEY_FILE: /etc/iot-telemetry/kafka/{{ .tls.keyKey }}
{{- end }}
{{- end }}
{{- end }}
{{- with .sasl.mechanism }}
KAFKA_SASL_MECHANISM: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{- define "iot.mongoEnvironment" -}}
MONGO_DB: {{ .Values.mongo.database | quote }}
MONGO_TIMEOUT_MS: {{ include "iot.text" .Values.mongo.timeoutMs | quote }}
{{- end }}

{{/*
All that a component reads from its ConfigMap: a map of texts. Takes (list root name facts).
*/}}
{{- define "iot.environment" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $facts := index . 2 -}}
{{- $values := index $root.Values $facts.key -}}
{{- $env := dict "SERVICE" $name "PORT" (include "iot.text" $facts.port) -}}
{{- $_ := set $env "NODE_OPTIONS" (printf "--max-old-space-size-percentage=%s" (include "iot.text" $root.Values.heapPercent)) -}}
{{- $_ := set $env "SHUTDOWN_DELAY_MS" (printf "%d" (mul 1000 (int $values.shutdown.readinessOffSeconds))) -}}
{{- $_ := set $env "SHUTDOWN_GRACE_MS" (printf "%d" (mul 1000 (int $values.shutdown.graceSeconds))) -}}
{{- if $facts.kafka -}}
{{- $env = merge $env (include "iot.kafkaEnvironment" $root | fromYaml) -}}
{{- end -}}
{{- if $facts.mongo -}}
{{- $env = merge $env (include "iot.mongoEnvironment" $root | fromYaml) -}}
{{- end -}}
{{- if has $facts.key (list "ingestion" "dashboard") -}}
{{- $_ := set $env "AUTH" (ternary "on" "off" $root.Values.auth.enabled) -}}
{{- if not $root.Values.auth.enabled -}}
{{- $_ := set $env "AUTH_OFF_IS_INTENDED" "true" -}}
{{- end -}}
{{- end -}}
{{- if $root.Values.sensors -}}
{{- $_ := set $env "SENSORS_FILE" "/etc/iot-telemetry/sensors/sensors.json" -}}
{{- end -}}
{{- with include "iot.tlsSecret" $values -}}
{{- $_ := set $env "TLS_CERT_FILE" (printf "/etc/iot-telemetry/tls/%s" $values.tls.certKey) -}}
{{- $_ := set $env "TLS_KEY_FILE" (printf "/etc/iot-telemetry/tls/%s" $values.tls.keyKey) -}}
{{- end -}}
{{- if eq $facts.key "dashboard" -}}
{{- $_ := set $env "PLATFORM_SELECTOR" (printf "app.kubernetes.io/name=%s,app.kubernetes.io/instance=%s" (include "iot.name" $root) $root.Release.Name) -}}
{{- $env = merge $env (include "iot.groups" $root | fromJson) -}}
{{- if $root.Values.verify.enabled -}}
{{- $_ := set $env "VERIFY_EXPECTED" "true" -}}
{{- end -}}
{{- end -}}
{{- if and (eq $facts.key "alerts") $values.rules -}}
{{- $_ := set $env "ALERT_RULES_FILE" "/etc/iot-telemetry/alert-rules/alert-rules.json" -}}
{{- end -}}
{{- if and (eq $facts.key "alerts") $facts.token -}}
{{- $_ := set $env "THRESHOLDS_CONFIGMAP" (printf "%s-thresholds" (include "iot.fullname" $root)) -}}
{{- end -}}
{{- if and $facts.mqtt $values.brokerTls.existingSecret -}}
{{- range $key, $variable := dict "caKey" "MQTT_CA_FILE" "certKey" "MQTT_CERT_FILE" "keyKey" "MQTT_KEY_FILE" -}}
{{- with index $values.brokerTls $key -}}
{{- $_ := set $env $variable (printf "/etc/iot-telemetry/mqtt/%s" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $key, $value := merge (dict) $values.config $root.Values.config -}}
{{- $_ := set $env $key (include "iot.text" $value) -}}
{{- end -}}
{{- toYaml $env -}}
{{- end }}

{{/*
`env:` of what comes from Secrets. Takes (list root kafka mongo), the latter two saying what is
needed.
*/}}
{{- define "iot.secretEnv" -}}
{{- $root := index . 0 -}}
{{- with $root.Values.kafka.sasl }}
{{- if and (index $ 1) .mechanism }}
- name: KAFKA_SASL_USERNAME
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .usernameKey }} } }
- name: KAFKA_SASL_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .passwordKey }} } }
{{- end }}
{{- end }}
{{- if index . 2 }}
- name: MONGO_URL
  valueFrom: { secretKeyRef: { name: {{ include "iot.mongoSecret" $root }}, key: {{ include "iot.mongoSecretKey" $root }} } }
{{- end }}
{{- end }}

{{/*
The Secret of a server's own certificate; empty: it serves plain HTTP. Takes the service's section
of the values.
*/}}
{{- define "iot.tlsSecret" -}}
{{- (.tls | default dict).existingSecret | default "" -}}
{{- end }}

{{/* http or https, as a service serves. Takes its section of the values. */}}
{{- define "iot.scheme" -}}
{{- ternary "https" "http" (ne (include "iot.tlsSecret" .) "") -}}
{{- end }}

{{/* The Secret of who may do what: yours, or the one that a Job makes. */}}
{{- define "iot.authSecret" -}}
{{- .Values.auth.existingSecret | default (printf "%s-auth" (include "iot.fullname" .)) -}}
{{- end }}

{{/*
`env:` of what is secret about who may do what. Takes (list root variables), a map of names to their
keys in the Secret.
*/}}
{{- define "iot.authEnv" -}}
{{- $root := index . 0 -}}
{{- if $root.Values.auth.enabled -}}
{{- range $variable, $key := index . 1 }}
- name: {{ $variable }}
  valueFrom: { secretKeyRef: { name: {{ include "iot.authSecret" $root }}, key: {{ $key }} } }
{{- end }}
{{- end }}
{{- end }}

{{/* What of it a service reads. Takes (list root facts). */}}
{{- define "iot.serviceAuthEnv" -}}
{{- $root := index . 0 -}}
{{- $facts := index . 1 -}}
{{- with $root.Values.auth -}}
{{- if eq $facts.key "ingestion" -}}
{{- include "iot.authEnv" (list $root (dict "CREDENTIALS_SECRET" .credentialsSecretKey)) -}}
{{- end -}}
{{- end -}}
{{- with $root.Values.auth -}}
{{- if eq $facts.key "notifier" -}}
{{- include "iot.authEnv" (list $root (dict "CREDENTIALS_SECRET" .credentialsSecretKey)) -}}
{{- end -}}
{{- end -}}
{{- if eq $facts.key "notifier" -}}
{{- with (index $root.Values $facts.key).smtp }}
{{- if .existingSecret }}
- name: SMTP_USERNAME
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .usernameKey }} } }
- name: SMTP_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .passwordKey }} } }
{{- end }}
{{- end }}
{{- end -}}
{{- with $root.Values.auth -}}
{{- if eq $facts.key "dashboard" -}}
{{- include "iot.authEnv" (list $root (dict "CREDENTIALS_SECRET" .credentialsSecretKey "AUTH_SIGNING_KEY" .signingKeyKey "AUTH_ADMIN_PASSWORD" .adminPasswordKey)) -}}
{{- end -}}
{{- end -}}
{{- with $root.Values.monitoring.token -}}
{{- if .existingSecret }}
- name: METRICS_TOKEN
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .key }} } }
{{- end }}
{{- end }}
{{- end }}

{{/* `env:` of the account at the MQTT broker. Takes the values of the gateway. */}}
{{- define "iot.mqttSecretEnv" -}}
{{- with .credentials }}
{{- if .existingSecret }}
- name: MQTT_USERNAME
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .usernameKey }} } }
- name: MQTT_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .passwordKey }} } }
{{- end }}
{{- end }}
{{- end }}

{{/*
Mounts and volumes of certificates. Take (list root kafka mongo), and after it the section of a
server that may have one of its own.
*/}}
{{- define "iot.fileMounts" -}}
{{- $root := index . 0 -}}
{{- if and (index . 1) $root.Values.kafka.tls.enabled $root.Values.kafka.tls.existingSecret }}
- { name: kafka-tls, mountPath: /etc/iot-telemetry/kafka, readOnly: true }
{{- end }}
{{- if and (index . 2) $root.Values.mongo.caSecret }}
- { name: mongo-ca, mountPath: /etc/iot-telemetry/mongo, readOnly: true }
{{- end }}
{{- if and (gt (len .) 3) (include "iot.tlsSecret" (last .)) }}
- { name: server-tls, mountPath: /etc/iot-telemetry/tls, readOnly: true }
{{- end }}
{{- end }}

{{- define "iot.fileVolumes" -}}
{{- $root := index . 0 -}}
{{- if and (index . 1) $root.Values.kafka.tls.enabled $root.Values.kafka.tls.existingSecret }}
- name: kafka-tls
  # 288 is 0440, in a way that every reader of YAML takes for the same.
  secret: { secretName: {{ $root.Values.kafka.tls.existingSecret }}, defaultMode: 288 }
{{- end }}
{{- if and (index . 2) $root.Values.mongo.caSecret }}
- name: mongo-ca
  secret:
    secretName: {{ $root.Values.mongo.caSecret }}
    defaultMode: 288
    items: [{ key: {{ $root.Values.mongo.caKey }}, path: {{ $root.Values.mongo.caKey }} }]
{{- end }}
{{- if and (gt (len .) 3) (include "iot.tlsSecret" (last .)) }}
- name: server-tls
  secret: { secretName: {{ include "iot.tlsSecret" (last .) }}, defaultMode: 288 }
{{- end }}
{{- end }}

{{/*
The autoscaler of a component: hpa, keda, another (yours, as `replicas` is null), or nothing.
*/}}
{{- define "iot.autoscaler" -}}
{{- if .autoscaling.enabled }}hpa{{ else if (.keda | default dict).enabled }}keda{{ else if kindIs "invalid" .replicas }}another{{ end }}
{{- end }}

{{/*
`replicas` of a component's Deployment; empty: not in the manifest. An autoscaler owns the number,
so the manifest does not say it. But where the manifest of the revision before did, leaving it out
would make it 1 for a moment, and then it says the number that there is. An annotation of the
Deployment tells which it was; one without is of a version that did not write it. Takes (list root
component section).
*/}}
{{- define "iot.replicas" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
{{- if include "iot.autoscaler" $values -}}
{{- $live := lookup "apps/v1" "Deployment" $root.Release.Namespace (printf "%s-%s" (include "iot.fullname" $root) (index . 1)) -}}
{{- if and $live (ne (dig "metadata" "annotations" "iot-telemetry/replicas" "chart" $live) "autoscaler") -}}
{{- int (dig "spec" "replicas" 1 $live) -}}
{{- end -}}
{{- else -}}
{{- int $values.replicas -}}
{{- end -}}
{{- end }}

{{/* `behavior` of an autoscaler. Takes (list consumer scale-down-seconds). */}}
{{- define "iot.scaling" -}}
{{- if index . 0 -}}
# Each step moves partitions between pods: one pod at a time, and not for a moment's load.
scaleUp:
  stabilizationWindowSeconds: 60
  policies: [{ type: Pods, value: 1, periodSeconds: 60 }]
{{- else -}}
scaleUp:
  stabilizationWindowSeconds: 0
  policies: [{ type: Percent, value: 100, periodSeconds: 30 }]
{{- end }}
scaleDown:
  stabilizationWindowSeconds: {{ index . 1 }}
  policies: [{ type: Pods, value: 1, periodSeconds: 60 }]
{{- end }}
