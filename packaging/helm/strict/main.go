// Reads manifests and refuses what Kubernetes has no field for, which it would leave out without a word.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(err)
	}
	checked := 0
	for _, document := range bytes.Split(text, []byte("\n---")) {
		var about struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
		}
		if err := yaml.Unmarshal(document, &about); err != nil {
			fail(err)
		}
		var object any
		switch about.APIVersion + " " + about.Kind {
		case " ":
			continue
		case "apps/v1 Deployment":
			object = &apps.Deployment{}
		case "v1 Service":
			object = &core.Service{}
		case "networking.k8s.io/v1 Ingress":
			object = &networking.Ingress{}
		case "policy/v1 PodDisruptionBudget":
			object = &policy.PodDisruptionBudget{}
		case "monitoring.coreos.com/v1 ServiceMonitor":
			fmt.Println("ServiceMonitor: not one of Kubernetes itself")
			continue
		default:
			fail(fmt.Errorf("nobody knows %s %s", about.APIVersion, about.Kind))
		}
		if err := yaml.UnmarshalStrict(document, object); err != nil {
			fail(fmt.Errorf("%s: %w", about.Kind, err))
		}
		checked++
	}
	if checked == 0 {
		fail(fmt.Errorf("there is nothing to check"))
	}
	fmt.Println(checked, "manifests are as Kubernetes has them")
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
