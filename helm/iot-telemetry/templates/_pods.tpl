{{/*
How the pods of one section of the values (a service, a Job, a server for trials) run: podDefaults,
with what the section says itself. Maps are joined key by key, without what is null; lists of
tolerations and spread constraints stand in place of the common ones; what is extra is added. Takes
(list root section); gives YAML.
*/}}
{{- define "iot.pod" -}}
{{- $common := (index . 0).Values.podDefaults -}}
{{- $own := index . 1 -}}
{{- $pod := dict -}}
{{- range list "podAnnotations" "podLabels" "nodeSelector" "podSecurityContext" "containerSecurityContext" -}}
{{- $_ := set $pod . (include "iot.joined" (list (index $common .) (index $own .)) | fromJson) -}}
{{- end -}}
{{- range list "tolerations" "topologySpreadConstraints" "affinity" "priorityClassName" -}}
{{- $_ := set $pod . (index $own . | default (index $common .)) -}}
{{- end -}}
{{- range list "extraEnv" "extraVolumes" "extraVolumeMounts" -}}
{{- $_ := set $pod . (concat (index $common . | default list) (index $own . | default list) | default list) -}}
{{- end -}}
{{- toYaml $pod -}}
{{- end }}

{{/*
One map over another, without what is null in the end. Takes (list below above); gives JSON.
*/}}
{{- define "iot.joined" -}}
{{- $joined := dict -}}
{{- range . -}}
{{- range $key, $value := . | default dict -}}
{{- if kindIs "invalid" $value -}}
{{- $_ := unset $joined $key -}}
{{- else -}}
{{- $_ := set $joined $key $value -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $joined -}}
{{- end }}

{{/*
The account of a section's pods: yours, or one of its own. Takes (list root component section).
*/}}
{{- define "iot.account" -}}
{{- (index . 2).serviceAccountName | default (printf "%s-%s" (include "iot.fullname" (index . 0)) (index . 1)) -}}
{{- end }}

{{/*
Pod fields that are the same for all that run. Takes (list root component section), and true after
it for pods of which there are several: they are spread over zones and nodes, unless the values say
how.
*/}}
{{- define "iot.podFields" -}}
{{- $root := index . 0 -}}
{{- $several := gt (len .) 3 -}}
{{- $pod := include "iot.pod" (list $root (index . 2)) | fromYaml -}}
serviceAccountName: {{ include "iot.account" . }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $pod.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $pod.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- $own := dict "matchLabels" (include "iot.selector" . | fromYaml) }}
{{- $constraints := $pod.topologySpreadConstraints }}
{{- if and $several (not $constraints) }}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
{{- $constraints = append $constraints (dict "maxSkew" 1 "topologyKey" . "whenUnsatisfiable" "ScheduleAnyway" "matchLabelKeys" (list "pod-template-hash")) }}
{{- end }}
{{- end }}
{{- $spread := list }}
{{- range $constraints }}
{{- $spread = append $spread (merge (dict) . (dict "labelSelector" $own)) }}
{{- end }}
{{- with $spread }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if $pod.affinity }}
affinity:
  {{- toYaml $pod.affinity | nindent 2 }}
{{- else if $several }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            {{- toYaml $own | nindent 12 }}
{{- end }}
{{- end }}

{{/* Labels of a section's pods. Takes (list root component section). */}}
{{- define "iot.ownPodLabels" -}}
{{- $own := (include "iot.pod" (list (index . 0) (index . 2)) | fromYaml).podLabels -}}
{{- include "iot.joined" (list (include "iot.podLabels" . | fromYaml) $own) | fromJson | toYaml -}}
{{- end }}

{{/*
`metadata` of the pods of what runs once, or for trials. Takes (list root component section).
*/}}
{{- define "iot.podMetadata" -}}
labels:
  {{- include "iot.ownPodLabels" . | nindent 2 }}
{{- with (include "iot.pod" (list (index . 0) (index . 2)) | fromYaml).podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* `image` and `securityContext` of a container of this platform. Takes (list root section). */}}
{{- define "iot.container" -}}
image: {{ include "iot.image" (index . 0) }}
imagePullPolicy: {{ include "iot.pullPolicy" (index . 0) }}
{{- include "iot.containerSecurity" . }}
{{- end }}

{{- define "iot.containerSecurity" -}}
{{- with (include "iot.pod" . | fromYaml).containerSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The token of a pod that uses the Kubernetes API. */}}
{{- define "iot.apiTokenVolume" -}}
# What automounting would mount, for this pod alone and with a token that lives an hour.
- name: api-token
  projected:
    sources:
      - serviceAccountToken: { path: token, expirationSeconds: 3600 }
      - configMap: { name: kube-root-ca.crt, items: [{ key: ca.crt, path: ca.crt }] }
      - downwardAPI: { items: [{ path: namespace, fieldRef: { fieldPath: metadata.namespace } }] }
{{- end }}
