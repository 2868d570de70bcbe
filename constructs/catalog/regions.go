package catalog

import (
	_ "embed"
	"slices"
	"sync"
)

//go:embed regions.csv
var regionsCSV string

// Region is what differs by region. An empty field is unknown, or not offered there.
type Region struct {
	// Name is the region's code, for example "eu-west-1".
	Name string
	// XGBoostAccount is the account whose registry holds the built-in XGBoost images
	// (https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html).
	XGBoostAccount string
	// Zones is the number of Availability Zones; an account may see fewer
	// (https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html).
	Zones int
	// S3PrefixList is the id of the managed prefix list com.amazonaws.REGION.s3, which security groups can name: only
	// where a page of AWS gives it (https://docs.aws.amazon.com/cli/latest/reference/ec2/describe-prefix-lists.html).
	S3PrefixList string
	// CodeArtifactAccount is the account that owns the bucket of package assets, assets-ACCOUNT-REGION
	// (https://docs.aws.amazon.com/codeartifact/latest/ug/create-s3-gateway-endpoint.html).
	CodeArtifactAccount string
	// EKSAccount is the account whose registry holds the images of EKS's add-ons
	// (https://docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html).
	EKSAccount string
	// HyperPodAgentAccount is the account whose registry holds the image of HyperPod's health agent
	// (https://github.com/aws/sagemaker-hyperpod-cli/tree/main/helm_chart/HyperPodHelmChart/charts/health-monitoring-agent).
	HyperPodAgentAccount string
}

var regions = sync.OnceValue(func() []Region {
	var all []Region
	for _, r := range parse("regions.csv", regionsCSV) {
		all = append(all, Region{
			Name: r["region"], Zones: int(r.number("zones")), XGBoostAccount: r["xgboost_account"], S3PrefixList: r["s3_prefix_list"],
			CodeArtifactAccount: r["codeartifact_account"], EKSAccount: r["eks_account"], HyperPodAgentAccount: r["hyperpod_agent_account"],
		})
	}
	return all
})

// Regions lists all regions, sorted by name.
func Regions() []Region { return slices.Clone(regions()) }

// LookupRegion finds a region by its code, and tells whether the table has it.
func LookupRegion(name string) (Region, bool) {
	for _, r := range regions() {
		if r.Name == name {
			return r, true
		}
	}
	return Region{}, false
}

// RegionNames lists the codes of all regions, sorted.
func RegionNames() []string {
	names := make([]string, 0, len(regions()))
	for _, r := range regions() {
		names = append(names, r.Name)
	}
	return names
}
