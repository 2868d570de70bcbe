package cdk

import (
	"cmp"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/internal/token"
)

// mappingID is the id of the CloudFormation mapping that holds the catalog's regions in an environment-agnostic stack.
const mappingID = "Regions"

// columns of the mapping.
var columns = map[string]func(catalog.Region) string{
	"XGBoostAccount":       func(r catalog.Region) string { return r.XGBoostAccount },
	"CodeArtifactAccount":  func(r catalog.Region) string { return r.CodeArtifactAccount },
	"EKSAccount":           func(r catalog.Region) string { return r.EKSAccount },
	"HyperPodAgentAccount": func(r catalog.Region) string { return r.HyperPodAgentAccount },
}

// registries are the columns that [RegistryByRegion] asks for.
var registries = []string{"XGBoostAccount", "EKSAccount", "HyperPodAgentAccount"}

// ByRegion looks a column of the catalog's regions up: at once where the region is known, by a CloudFormation mapping
// where it is a token. It is empty when the region is known and the table has no value for it.
func ByRegion(scope constructs.Construct, region, column string) string {
	if !token.Is(region) {
		r, _ := catalog.LookupRegion(region)
		return columns[column](r)
	}
	return *mapping(scope).FindInMap(jsii.String(region), jsii.String(column), nil)
}

// nobody is an account that nobody has.
const nobody = "000000000000"

// orNobody ends the columns that hold nobody where the catalog has no account.
const orNobody = "OrNobody"

// RegistryByRegion is [ByRegion] for the account of a registry that a policy lets images be pulled from. Where only the
// deployment knows the region and the catalog has no account for it, the account is one that nobody has: [ByRegion]
// would fail the deployment.
func RegistryByRegion(scope constructs.Construct, region, column string) string {
	if token.Is(region) {
		column += orNobody
	}
	return ByRegion(scope, region, column)
}

// mapping finds the stack's mapping or makes it.
func mapping(scope constructs.Construct) awscdk.CfnMapping {
	stack := placeOf(scope).stack
	if found := stack.Node().TryFindChild(jsii.String(mappingID)); found != nil {
		return found.(awscdk.CfnMapping)
	}
	table := map[string]*map[string]any{}
	for _, r := range catalog.Regions() {
		values := map[string]any{}
		for name, value := range columns {
			if v := value(r); v != "" {
				values[name] = v
			}
			if slices.Contains(registries, name) {
				values[name+orNobody] = cmp.Or(value(r), nobody)
			}
		}
		table[r.Name] = &values
	}
	return awscdk.NewCfnMapping(stack, jsii.String(mappingID), &awscdk.CfnMappingProps{Mapping: &table, Lazy: jsii.Bool(false)})
}
