package cdk

import (
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
	"S3PrefixList":         func(r catalog.Region) string { return r.S3PrefixList },
	"CodeArtifactAccount":  func(r catalog.Region) string { return r.CodeArtifactAccount },
	"EKSAccount":           func(r catalog.Region) string { return r.EKSAccount },
	"HyperPodAgentAccount": func(r catalog.Region) string { return r.HyperPodAgentAccount },
}

// ByRegion looks a column of the catalog's regions up: at once where the region is known, by a CloudFormation mapping
// where it is a token. It is empty when the region is known and the table has no value for it.
func ByRegion(scope constructs.Construct, region, column string) string {
	if !token.Is(region) {
		r, _ := catalog.LookupRegion(region)
		return columns[column](r)
	}
	return *mapping(scope).FindInMap(jsii.String(region), jsii.String(column), nil)
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
		}
		if len(values) > 0 {
			table[r.Name] = &values
		}
	}
	return awscdk.NewCfnMapping(stack, jsii.String(mappingID), &awscdk.CfnMappingProps{Mapping: &table, Lazy: jsii.Bool(false)})
}
