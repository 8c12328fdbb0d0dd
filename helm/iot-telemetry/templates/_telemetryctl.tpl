{{/*
What telemetryctl needs to know of the installation, secrets aside: the addresses, and the variables
of the workers by which it judges what they did. A map of texts.
*/}}
{{- define "iot.ctlEnvironment" -}}
{{- $env := merge (dict) (include "iot.kafkaEnvironment" . | fromYaml) (include "iot.mongoEnvironment" . | fromYaml) (include "iot.groups" . | fromJson) -}}
{{- range $key, $value := .Values.config -}}
{{- $_ := set $env $key (include "iot.text" $value) -}}
{{- end -}}
{{- range $key := list "MAX_RETRIES" "WINDOWS" "ROLLUP_RETENTION" -}}
{{- if hasKey $.Values.aggregator.config $key -}}
{{- $_ := set $env $key (include "iot.text" (index $.Values.aggregator.config $key)) -}}
{{- end -}}
{{- end -}}
{{- range $key, $component := dict "ALERTS_TOPIC" "alerts" "RESULTS_TOPIC" "logic" -}}
{{- with index $.Values $component "config" $key -}}
{{- $_ := set $env $key (include "iot.text" .) -}}
{{- end -}}
{{- end -}}
{{- if .Values.sensors -}}
{{- $_ := set $env "SENSORS_FILE" "/etc/iot-telemetry/sensors/sensors.json" -}}
{{- end -}}
{{- toYaml $env -}}
{{- end }}

{{/* `envFrom` and `env` of a container that runs it. Takes (list root section). */}}
{{- define "iot.ctlVariables" -}}
{{- $root := index . 0 -}}
{{- $pod := include "iot.pod" . | fromYaml -}}
envFrom:
  - configMapRef: { name: {{ include "iot.fullname" $root }}-thresholds }
env:
  - { name: SERVICE, value: telemetryctl }
  {{- range $key, $value := include "iot.ctlEnvironment" $root | fromYaml }}
  - { name: {{ $key }}, value: {{ $value | quote }} }
  {{- end }}
  {{- with include "iot.secretEnv" (list $root true true) }}
  {{- . | trim | nindent 2 }}
  {{- end }}
  {{- with include "iot.authEnv" (list $root (dict "CREDENTIALS_SECRET" $root.Values.auth.credentialsSecretKey)) }}
  {{- . | trim | nindent 2 }}
  {{- end }}
  {{- with $pod.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/*
`volumeMounts` of such a container, and `volumes` of its pod. Take (list root section), and after it
one more of each.
*/}}
{{- define "iot.ctlMounts" -}}
{{- $root := index . 0 -}}
{{- $mounts := include "iot.fileMounts" (list $root true true) | trim | default "[]" | fromYamlArray -}}
{{- if $root.Values.sensors -}}
{{- $mounts = prepend $mounts (dict "name" "sensors" "mountPath" "/etc/iot-telemetry/sensors" "readOnly" true) -}}
{{- end -}}
{{- with concat $mounts (slice . 2) (include "iot.pod" . | fromYaml).extraVolumeMounts }}
volumeMounts:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "iot.ctlVolumes" -}}
{{- $root := index . 0 -}}
{{- $volumes := include "iot.fileVolumes" (list $root true true) | trim | default "[]" | fromYamlArray -}}
{{- if $root.Values.sensors -}}
{{- $volumes = prepend $volumes (dict "name" "sensors" "configMap" (dict "name" (printf "%s-sensors" (include "iot.fullname" $root)))) -}}
{{- end -}}
{{- with concat $volumes (slice . 2) (include "iot.pod" . | fromYaml).extraVolumes }}
volumes:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
