module iot-telemetry/local-cluster/crds

go 1.24

// Custom resource definitions, read from the modules' folders: nothing of them is built.
require (
	github.com/cert-manager/cert-manager v1.21.2
	github.com/kedacore/keda/v2 v2.21.0
	github.com/mongodb/mongodb-kubernetes-operator v0.9.0
	github.com/prometheus-operator/prometheus-operator v0.85.0
	sigs.k8s.io/gateway-api v1.4.0
)
