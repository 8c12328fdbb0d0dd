{{/* What the schema cannot say: each refusal names the value and what to set. */}}
{{- define "iot.validate" -}}
{{- include "iot.validateNames" . -}}
{{- include "iot.validateAddresses" . -}}
{{- include "iot.validateScaling" . -}}
{{- include "iot.validateSettings" . -}}
{{- include "iot.validateRules" . -}}
{{- if .Values.checkSecrets -}}
{{- include "iot.validateSecrets" . -}}
{{- end -}}
{{- end }}

{{/*
What names of Services and values of labels may be is less than what a release may be called.
*/}}
{{- define "iot.validateNames" -}}
{{- $name := include "iot.fullname" . -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name) -}}
{{- $from := ternary "fullnameOverride" "the name of the release" (ne .Values.fullnameOverride "") -}}
{{- fail (printf "The names of all objects would begin with %q, by %s, and a Service's name has lower-case letters, digits and dashes, begins with a letter and ends with none of the dashes. Set fullnameOverride to such a name." $name $from) -}}
{{- end -}}
{{- $sections := dict "commonLabels" .Values.commonLabels "podDefaults.podLabels" .Values.podDefaults.podLabels -}}
{{- range $key := list "ingestion" "mqtt" "aggregator" "alerts" "dashboard" "init" "verify" "toolbox" "helmTest" "loadGenerator" -}}
{{- $_ := set $sections (printf "%s.podLabels" $key) (index $.Values $key).podLabels -}}
{{- end -}}
{{- range $section, $labels := $sections -}}
{{- range $label, $_ := $labels -}}
{{- if has $label (list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component") -}}
{{- fail (printf "%s has %s: that label says which pods belong to what. Leave it out; nameOverride changes app.kubernetes.io/name." $section $label) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "iot.validateAddresses" -}}
{{- with .Values -}}
{{- if and (not .kafka.bootstrapServers) (not .dev.kafka.enabled) -}}
{{- fail "kafka.bootstrapServers is not set. Set it to your brokers, such as kafka.example.com:9092; or install with -f values-dev.yaml for a trial, which brings a Kafka." -}}
{{- end -}}
{{- if and .kafka.bootstrapServers .dev.kafka.enabled -}}
{{- fail (printf "kafka.bootstrapServers is %q and dev.kafka.enabled is true. Leave bootstrapServers empty to use the bundled Kafka, or set dev.kafka.enabled to false." .kafka.bootstrapServers) -}}
{{- end -}}
{{- if and (not .mongo.url) (not .mongo.existingSecret) (not .dev.mongo.enabled) -}}
{{- fail "mongo.url and mongo.existingSecret are not set. Set mongo.url to a connection string, such as mongodb://mongo.example.com:27017, or mongo.existingSecret to the name of a Secret that holds one; or install with -f values-dev.yaml for a trial, which brings a MongoDB." -}}
{{- end -}}
{{- if and .mongo.url .mongo.existingSecret -}}
{{- fail (printf "mongo.url and mongo.existingSecret (%s) are both set. Set one of them." .mongo.existingSecret) -}}
{{- end -}}
{{- if and (or .mongo.url .mongo.existingSecret) .dev.mongo.enabled -}}
{{- fail "dev.mongo.enabled is true, and so is a MongoDB of yours set. Leave mongo.url and mongo.existingSecret empty to use the bundled one, or set dev.mongo.enabled to false." -}}
{{- end -}}
{{- if and .kafka.sasl.mechanism (not .kafka.sasl.existingSecret) -}}
{{- fail (printf "kafka.sasl.mechanism is %s and kafka.sasl.existingSecret is not set. Set it to the name of a Secret with the keys %s and %s." .kafka.sasl.mechanism .kafka.sasl.usernameKey .kafka.sasl.passwordKey) -}}
{{- end -}}
{{- if and .kafka.sasl.existingSecret (not .kafka.sasl.mechanism) -}}
{{- fail (printf "kafka.sasl.existingSecret is %s and kafka.sasl.mechanism is not set. Set it to plain, scram-sha-256 or scram-sha-512." .kafka.sasl.existingSecret) -}}
{{- end -}}
{{- if and .kafka.tls.existingSecret (not .kafka.tls.enabled) -}}
{{- fail (printf "kafka.tls.existingSecret is %s and kafka.tls.enabled is false. Set it to true, or the Secret would not be used." .kafka.tls.existingSecret) -}}
{{- end -}}
{{- if ne (empty .kafka.tls.certKey) (empty .kafka.tls.keyKey) -}}
{{- fail "Of kafka.tls.certKey and kafka.tls.keyKey one is set. Set both for mutual TLS, or neither." -}}
{{- end -}}
{{- if and .kafka.tls.certKey (not .kafka.tls.existingSecret) -}}
{{- fail "kafka.tls.certKey is set and kafka.tls.existingSecret is not. Set it to the Secret that holds the certificate and its key." -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "iot.validateScaling" -}}
{{- $partitions := int .Values.kafka.partitions -}}
{{- range $name, $facts := include "iot.components" . | fromYaml -}}
{{- $values := index $.Values $facts.key -}}
{{- $keda := $values.keda | default dict -}}
{{- if and $values.autoscaling.enabled $keda.enabled -}}
{{- fail (printf "%s.autoscaling.enabled and %s.keda.enabled are both true, and two autoscalers of one Deployment work against each other. Set one of them to false." $facts.key $facts.key) -}}
{{- end -}}
{{- if and $keda.enabled (not $keda.prometheus.serverAddress) (not $keda.kafka.enabled) (not $keda.triggers) -}}
{{- fail (printf "%s.keda.enabled is true, and nothing is there to scale by. Set %s.keda.prometheus.serverAddress, keda.kafka.enabled to true, or keda.triggers." $facts.key $facts.key) -}}
{{- end -}}
{{- range $kind, $scaler := dict "autoscaling" $values.autoscaling "keda" $keda -}}
{{- if $scaler.enabled -}}
{{- if gt (int $scaler.minReplicas) (int $scaler.maxReplicas) -}}
{{- fail (printf "%s.%s.minReplicas is %d, above maxReplicas, %d. Set a maximum that is not below the minimum." $facts.key $kind (int $scaler.minReplicas) (int $scaler.maxReplicas)) -}}
{{- end -}}
{{- if and $facts.consumer (gt (int $scaler.maxReplicas) $partitions) -}}
{{- fail (printf "%s.%s.maxReplicas is %d, and the telemetry topic has %d partitions: a consumer without a partition does nothing. Set it to at most %d, or kafka.partitions to what your topic has." $facts.key $kind (int $scaler.maxReplicas) $partitions $partitions) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (not (include "iot.autoscaler" $values)) $facts.consumer (gt (int $values.replicas) $partitions) -}}
{{- fail (printf "%s.replicas is %d, and the telemetry topic has %d partitions: a consumer without a partition does nothing. Set it to at most %d, or kafka.partitions to what your topic has." $facts.key (int $values.replicas) $partitions $partitions) -}}
{{- end -}}
{{- $lag := ($values.autoscaling.lag | default dict).enabled -}}
{{- if and $values.autoscaling.enabled (not $values.autoscaling.cpuUtilization) (not $values.autoscaling.memoryUtilization) (not $lag) (not $values.autoscaling.metrics) -}}
{{- fail (printf "%s.autoscaling has neither cpuUtilization nor memoryUtilization nor metrics of yours. Set at least one of them, or %s.autoscaling.enabled to false." $facts.key $facts.key) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "iot.validateSettings" -}}
{{- range $variable, $min := .Values.thresholds -}}
{{- if hasSuffix "_MIN_THRESHOLD" $variable -}}
{{- $sensor := trimSuffix "_MIN_THRESHOLD" $variable -}}
{{- $max := index $.Values.thresholds (printf "%s_MAX_THRESHOLD" $sensor) -}}
{{- if ge (float64 $min) (float64 $max) -}}
{{- fail (printf "thresholds.%s_MIN_THRESHOLD is %s, and thresholds.%s_MAX_THRESHOLD is %s. Set a minimum below the maximum." $sensor (include "iot.text" $min) $sensor (include "iot.text" $max)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (eq .Values.image.tag "latest") (not .Values.image.digest) -}}
{{- fail "image.tag is latest: what runs would change with any restart. Set it to a version, or image.digest to the digest of the image." -}}
{{- end -}}
{{- with .Values.mqtt -}}
{{- if and .enabled (not .config.MQTT_URL) -}}
{{- fail "mqtt.enabled is true and mqtt.config.MQTT_URL is not set. Set it to your broker, such as mqtts://mqtt.example.com:8883." -}}
{{- end -}}
{{- if and .enabled (gt (int .replicas) 1) (not .config.MQTT_GROUP) -}}
{{- fail (printf "mqtt.replicas is %d and mqtt.config.MQTT_GROUP is not set: each gateway would take the sessions at the broker from the others, for ever. Set it to a name for their consumer group; docs/mqtt.md says how the sessions are divided." (int .replicas)) -}}
{{- end -}}
{{- if and .brokerTls.existingSecret (ne (empty .brokerTls.certKey) (empty .brokerTls.keyKey)) -}}
{{- fail "Of mqtt.brokerTls.certKey and mqtt.brokerTls.keyKey one is set. Set both for mutual TLS, or neither." -}}
{{- end -}}
{{- end -}}
{{- with .Values.ingestion.config -}}
{{- $batch := int64 (.MAX_BATCH_BYTES | default 10485760) -}}
{{- $buffer := int64 (.INGEST_BUFFER_BYTES | default 67108864) -}}
{{- if lt $buffer (mul 2 $batch) -}}
{{- fail (printf "ingestion.config.INGEST_BUFFER_BYTES is %d, and a batch may have %d bytes (MAX_BATCH_BYTES). Set at least twice that, %d, or the largest batch never fits." $buffer $batch (mul 2 $batch)) -}}
{{- end -}}
{{- end -}}
{{- if .Values.ingress.enabled -}}
{{- $components := include "iot.components" . | fromJson -}}
{{- range $name := keys $components | sortAlpha | reverse -}}
{{- $facts := index $components $name -}}
{{- if and $facts.public (not (index $.Values.ingress $facts.key | default dict).host) -}}
{{- fail (printf "ingress.enabled is true and ingress.%s.host is not set. Set it to the name that clients use, such as %s.example.com." $facts.key $facts.key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if .Values.httpRoute.enabled -}}
{{- if not .Values.httpRoute.parentRefs -}}
{{- fail "httpRoute.enabled is true and httpRoute.parentRefs is empty. Set it to the Gateway that serves you, such as [{name: public, namespace: gateways}]." -}}
{{- end -}}
{{- range list "ingestion" "dashboard" -}}
{{- if not (index $.Values.httpRoute .).hostnames -}}
{{- fail (printf "httpRoute.enabled is true and httpRoute.%s.hostnames is empty. Set it to the names that clients use, such as [%s.example.com]." . .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.monitoring.podMonitor.enabled .Values.monitoring.serviceMonitor.enabled -}}
{{- fail "monitoring.podMonitor.enabled and monitoring.serviceMonitor.enabled are both true, and everything would be counted twice. Set one of them to false." -}}
{{- end -}}
{{- $front := .Values.ingress.enabled | ternary "ingress.enabled" (.Values.httpRoute.enabled | ternary "httpRoute.enabled" "") -}}
{{- if and $front .Values.auth.enabled (not (hasKey .Values.dashboard.config "TRUSTED_PROXIES")) -}}
{{- fail (printf "%s is true and dashboard.config.TRUSTED_PROXIES is not set: everybody would log in from the address of that proxy, and 60 bad passwords of one would keep all out. Set it to the addresses of the proxy's pods, such as [10.244.0.0/16], or to [] in a values file where the addresses of clients come through as they are." $front) -}}
{{- end -}}
{{- end }}

{{/*
Only where Helm talks to the cluster: `helm template` and a dry run on the client know of no Secret.
Every namespace has the ServiceAccount `default`.
*/}}
{{- define "iot.validateSecrets" -}}
{{- $namespace := .Release.Namespace -}}
{{- if lookup "v1" "ServiceAccount" $namespace "default" -}}
{{- $wanted := list -}}
{{- with .Values.mongo -}}
{{- $wanted = append $wanted (list "mongo.existingSecret" .existingSecret (list .secretKey)) -}}
{{- $wanted = append $wanted (list "mongo.caSecret" .caSecret (list .caKey)) -}}
{{- end -}}
{{- with .Values.ingestion.tls -}}
{{- $wanted = append $wanted (list "ingestion.tls.existingSecret" .existingSecret (list .certKey .keyKey)) -}}
{{- end -}}
{{- with .Values.auth -}}
{{- if .enabled -}}
{{- $wanted = append $wanted (list "auth.existingSecret" .existingSecret (list .credentialsSecretKey .signingKeyKey .adminPasswordKey)) -}}
{{- end -}}
{{- end -}}
{{- with .Values.monitoring.token -}}
{{- $wanted = append $wanted (list "monitoring.token.existingSecret" .existingSecret (list .key)) -}}
{{- end -}}
{{- with .Values.kafka -}}
{{- $wanted = append $wanted (list "kafka.sasl.existingSecret" .sasl.existingSecret (list .sasl.usernameKey .sasl.passwordKey)) -}}
{{- $wanted = append $wanted (list "kafka.tls.existingSecret" .tls.existingSecret (list .tls.caKey .tls.certKey .tls.keyKey | compact)) -}}
{{- end -}}
{{- range $wanted -}}
{{- $value := index . 0 -}}
{{- $name := index . 1 -}}
{{- if $name -}}
{{- $secret := lookup "v1" "Secret" $namespace $name -}}
{{- if not $secret -}}
{{- fail (printf "%s is %q, and the namespace %s has no Secret of that name. Create it (keys: %s), or correct the name." $value $name $namespace (join ", " (index . 2))) -}}
{{- end -}}
{{- range $key := index . 2 -}}
{{- if not (hasKey ($secret.data | default dict) $key) -}}
{{- fail (printf "%s is %q, and that Secret has no key %q; it has: %s. Add the key, or set the value that names it." $value $name $key (keys ($secret.data | default dict) | sortAlpha | join ", ")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}
