{{/*
The groups of one file of rules as these values want them. In the files every selector of a metric
that other applications may have, too, names our services; here it also names the release's
namespace, so that two installations do not alert for each other. Takes (list root path); gives
YAML.
*/}}
{{- define "iot.rules" -}}
{{- $root := index . 0 -}}
{{- $rules := $root.Values.monitoring.rules -}}
{{- $file := $root.Files.Get (index . 1) | replace "RUNBOOK_BASE_URL" $rules.runbookBaseUrl | fromYaml -}}
{{- $groups := list -}}
{{- range $group := $file.groups -}}
{{- $kept := list -}}
{{- range $rule := $group.rules -}}
{{- $change := index $rules.alerts ($rule.alert | default "") | default dict -}}
{{- if ne (dig "enabled" true $change) false -}}
{{- $kept = append $kept (include "iot.rule" (list $root $rule $change) | fromYaml) -}}
{{- end -}}
{{- end -}}
{{- if $kept -}}
{{- $groups = append $groups (dict "name" $group.name "rules" $kept) -}}
{{- end -}}
{{- end -}}
{{- toYaml (dict "groups" $groups) -}}
{{- end }}

{{/* One rule with what the values change of it. Takes (list root rule change). */}}
{{- define "iot.rule" -}}
{{- $root := index . 0 -}}
{{- $rules := $root.Values.monitoring.rules -}}
{{- $rule := deepCopy (index . 1) -}}
{{- $change := index . 2 -}}
{{- if $rules.ownNamespaceOnly -}}
{{- $namespace := printf "namespace=%q" $root.Release.Namespace -}}
{{- $measured := regexReplaceAll `\b((?:service|container)=~?")` $rule.expr (printf "%s, ${1}" $namespace) -}}
{{- $_ := set $rule "expr" (regexReplaceAll `\b(\w+:\w+:\w+)` $measured (printf "${1}{%s}" $namespace)) -}}
{{- end -}}
{{- if $rule.alert -}}
{{- if hasKey $change "bound" -}}
{{- $_ := set $rule "expr" (regexReplaceAll `([<>]=?|==) [0-9. *]+\s*$` $rule.expr (printf "${1} %s" (include "iot.text" $change.bound))) -}}
{{- end -}}
{{- with $change.for -}}
{{- $_ := set $rule "for" . -}}
{{- end -}}
{{- $_ := set $rule "labels" (include "iot.joined" (list $rule.labels $rules.alertLabels $change.labels) | fromJson) -}}
{{- $_ := set $rule "annotations" (include "iot.joined" (list $rule.annotations $rules.alertAnnotations $change.annotations) | fromJson) -}}
{{- end -}}
{{- toYaml $rule -}}
{{- end }}

{{/* Refuses changes of alerts that there are not, and bounds of those that have none. */}}
{{- define "iot.validateRules" -}}
{{- $known := dict -}}
{{- range $path, $_ := .Files.Glob "files/rules/*.yaml" -}}
{{- range ($.Files.Get $path | fromYaml).groups -}}
{{- range .rules -}}
{{- if .alert -}}
{{- $_ := set $known .alert (regexMatch `([<>]=?|==) [0-9. *]+\s*$` .expr) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $alert, $change := .Values.monitoring.rules.alerts -}}
{{- if not (hasKey $known $alert) -}}
{{- fail (printf "monitoring.rules.alerts has %s, and there is no such alert. There are: %s." $alert (keys $known | sortAlpha | join ", ")) -}}
{{- end -}}
{{- if and (hasKey ($change | default dict) "bound") (not (index $known $alert)) -}}
{{- fail (printf "monitoring.rules.alerts.%s.bound is set, and that alert is not about passing a number. Leave it out; what can be changed is enabled, for, labels and annotations." $alert) -}}
{{- end -}}
{{- end -}}
{{- end }}
