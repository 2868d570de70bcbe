package network

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/problem"
)

// Capability is something that the network makes possible without the internet: a set of endpoints, and what their
// policies let through.
type Capability string

// The capabilities. Where AWS documents no complete list of endpoints, the comment says so.
const (
	// Training is what a SageMaker training job needs: S3 for its data, and ECR for images that are pulled from inside the
	// VPC.
	Training Capability = "Training"
	// Packages is installing packages from CodeArtifact.
	Packages Capability = "Packages"
	// ImageBuild is building container images with CodeBuild in the VPC. Derived: AWS lists no complete set.
	ImageBuild Capability = "ImageBuild"
	// LaunchJobs is starting SageMaker jobs by an SDK from inside the VPC.
	LaunchJobs Capability = "LaunchJobs"
	// Studio is SageMaker Studio in VPC-only mode. SageMaker Projects need servicecatalog besides, which it leaves out.
	Studio Capability = "Studio"
	// Pipelines is defining and starting SageMaker Pipelines from inside the VPC.
	Pipelines Capability = "Pipelines"
	// Airflow is a private MWAA environment and DAGs that start jobs. It needs two zones.
	Airflow Capability = "Airflow"
	// AirflowServerless is workflows of MWAA Serverless that start jobs. AWS's own list is logs, monitoring and kms; what their tasks call
	// is besides.
	AirflowServerless Capability = "AirflowServerless"
	// HyperPod is the machines of a SageMaker HyperPod cluster with Slurm. Derived: AWS lists no complete set.
	HyperPod Capability = "HyperPod"
	// HyperPodEKS is the machines of a SageMaker HyperPod cluster in an EKS cluster of the same VPC, whose pods have roles by EKS Pod
	// Identity. Derived: AWS lists no complete set. Roles for service accounts (IRSA) need sts besides, which it leaves out.
	HyperPodEKS Capability = "HyperPodEKS"
	// Monitoring is metrics and logs from inside the VPC.
	Monitoring Capability = "Monitoring"
	// Secrets is reading secrets.
	Secrets Capability = "Secrets"
	// FeatureStore is reading and writing features online.
	FeatureStore Capability = "FeatureStore"
	// Remote is a shell in a container by Systems Manager. Unverified: AWS documents no endpoints for it.
	Remote Capability = "Remote"
)

// Capabilities lists all of them, sorted.
func Capabilities() []Capability { return slices.Sorted(maps.Keys(needs)) }

func validateCapabilities(capabilities []Capability) error {
	var l problem.List
	for i, c := range capabilities {
		if _, ok := needs[c]; !ok {
			l.Add(fmt.Sprintf("Capabilities[%d]", i), string(c), "one of "+join(Capabilities(), ", "), "")
		}
	}
	return l.Err()
}

func join(capabilities []Capability, separator string) string {
	names := make([]string, len(capabilities))
	for i, c := range capabilities {
		names[i] = string(c)
	}
	return strings.Join(names, separator)
}
