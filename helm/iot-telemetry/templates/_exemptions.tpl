{{/*
Findings of Polaris that do not apply, each said by an annotation; README.md gives the reasons.
Takes (list root values-of-component).
*/}}
{{- define "iot.polarisExemptions" -}}
{{- $root := index . 0 -}}
{{- $values := index . 1 -}}
polaris.fairwinds.com/metadataAndInstanceMismatched-exempt: 'true'
{{- if ne (include "iot.pullPolicy" $root) "Always" }}
polaris.fairwinds.com/pullPolicyNotAlways-exempt: 'true'
{{- end }}
{{- if not ($values.priorityClassName | default $root.Values.podDefaults.priorityClassName) }}
polaris.fairwinds.com/priorityClassNotSet-exempt: 'true'
{{- end }}
{{- if or (include "iot.autoscaler" $values) (lt (int $values.replicas) 2) }}
polaris.fairwinds.com/deploymentMissingReplicas-exempt: 'true'
{{- end }}
{{- end }}

{{/* The same for what runs once and ends. Takes (list root section). */}}
{{- define "iot.polarisTaskExemptions" -}}
{{- $root := index . 0 -}}
polaris.fairwinds.com/metadataAndInstanceMismatched-exempt: 'true'
{{- if not ((index . 1).priorityClassName | default $root.Values.podDefaults.priorityClassName) }}
polaris.fairwinds.com/priorityClassNotSet-exempt: 'true'
{{- end }}
{{- if ne (include "iot.pullPolicy" $root) "Always" }}
polaris.fairwinds.com/pullPolicyNotAlways-exempt: 'true'
{{- end }}
{{- end }}
