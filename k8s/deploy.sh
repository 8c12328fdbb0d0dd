#!/usr/bin/env bash
# Puts the platform into the cluster that kubectl points at, waits until it runs, and prints where it is.
#   k8s/deploy.sh [--timeout SECONDS]   with KAFKA_BOOTSTRAP_SERVERS and MONGO_URL: on those; without one of them, a server of one node comes along
#   k8s/deploy.sh --delete              takes it away, with the namespace and the data of such servers
# IMAGE: what runs, iot-telemetry:0.1.0 unless set; the nodes must have it or be able to pull it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
namespace=iot-telemetry
timeout=300
delete=false

die() {
  echo "deploy.sh: $*" >&2
  exit 1
}
usage() {
  sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}
k() {
  kubectl --namespace "$namespace" "$@"
}

while [ $# -gt 0 ]; do
  case $1 in
    --delete) delete=true ;;
    --timeout)
      [[ ${2:-} =~ ^[0-9]+$ ]] || die "--timeout is '${2:-}'; allowed: a number of seconds"
      timeout=$2
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) die "unknown option $1 (--help says what there is)" ;;
  esac
  shift
done

kafka=${KAFKA_BOOTSTRAP_SERVERS:-}
mongo=${MONGO_URL:-}
image=${IMAGE:-}
[[ -z $kafka || $kafka =~ ^[][A-Za-z0-9_.:-]+:[0-9]+(,[][A-Za-z0-9_.:-]+:[0-9]+)*$ ]] || die "KAFKA_BOOTSTRAP_SERVERS is '$kafka'; allowed: host:port, comma-separated"
[[ -z $mongo || $mongo =~ ^mongodb(\+srv)?://[^[:space:]\"\\]+$ ]] || die "MONGO_URL is not usable; allowed: mongodb://… or mongodb+srv://… without spaces, quotes and backslashes"
[[ -z $image || $image =~ ^[A-Za-z0-9._/:@-]+$ ]] || die "IMAGE is '$image'; allowed: a name with a tag or digest"
command -v kubectl >/dev/null || die "kubectl was not found; install it, or use the chart: helm install iot helm/iot-telemetry"
kubectl get --raw /readyz >/dev/null 2>&1 || die "no cluster answers; set KUBECONFIG, or choose one with kubectl config use-context"

# As the data of a Secret has it.
encoded() {
  printf %s "$1" | base64 | tr -d '\n'
}

# Everything that is applied, with the addresses and the image in place.
manifests() {
  local text
  text=$(kubectl kustomize "$here/platform")
  [ -z "$kafka" ] || text=${text//iot-telemetry-kafka:9092/"$kafka"}
  [ -z "$mongo" ] || text=${text//"$(encoded mongodb://iot-telemetry-mongo:27017)"/"$(encoded "$mongo")"}
  [ -z "$image" ] || text=${text//'iot-telemetry:0.1.0'/"$image"}
  [ -n "$kafka" ] || cat "$here/backends/kafka.yaml"
  [ -n "$mongo" ] || { echo ---; cat "$here/backends/mongo.yaml"; }
  printf -- '---\n%s\n' "$text"
}

if $delete; then
  manifests | k delete --ignore-not-found --wait=true -f -
  kubectl delete --ignore-not-found --timeout="${timeout}s" -f "$here/namespace.yaml"
  exit 0
fi

kubectl apply -f "$here/namespace.yaml"
# A Job cannot be changed: one that ran with another image makes room.
ran=$(k get --ignore-not-found job/iot-telemetry-auth-secret --output 'jsonpath={.spec.template.spec.containers[0].image}')
[ -z "$ran" ] || [ "$ran" = "${image:-iot-telemetry:0.1.0}" ] || k delete --ignore-not-found job/iot-telemetry-auth-secret >/dev/null
applied=$(manifests | k apply -f -)
echo "$applied"
# Pods read their configuration when they start; the thresholds they follow by themselves.
if grep -E '^(configmap|secret)/.* configured$' <<<"$applied" | grep -qv -- -thresholds; then
  k rollout restart deployment --selector app.kubernetes.io/part-of=iot-telemetry
fi

until_running() {
  local what
  for what in $(k get statefulset,deployment --selector app.kubernetes.io/part-of=iot-telemetry --output name); do
    k rollout status "$what" --timeout="${timeout}s" || return 1
  done
}
if ! until_running; then
  echo
  k get pods
  k get events --field-selector type=Warning --sort-by .lastTimestamp | tail -n 10
  die "not everything runs after $timeout s; see above, and: kubectl -n $namespace logs deployment/iot-telemetry-ingestion-api"
fi

echo
k get service,ingress --selector app.kubernetes.io/part-of=iot-telemetry
cat <<END

The platform runs. From this machine:
  kubectl -n $namespace port-forward service/iot-telemetry-ingestion-api 8001:80
  kubectl -n $namespace port-forward service/iot-telemetry-dashboard-api 8002:80

  KEY=\$(kubectl -n $namespace exec deploy/iot-telemetry-ingestion-api -- telemetryctl keys create --name first --scope '*')
  curl -X POST localhost:8001/ingest -H "authorization: Bearer \$KEY" -H 'content-type: application/json' -d '{"device_id":"sensor-1","temperature_c":21.5}'
  curl localhost:8002/devices/sensor-1/aggregates

The password of the first admin:
  kubectl -n $namespace get secret iot-telemetry-auth -o go-template='{{ index .data "admin-password" | base64decode }}'
END
