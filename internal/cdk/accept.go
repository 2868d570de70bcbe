package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/role"
)

// Accept notes what is accepted of a resource.
func Accept(resource awscdk.CfnResource, accepted []role.Accepted) {
	for key, value := range role.Metadata(accepted) {
		resource.AddMetadata(jsii.String(key), value)
	}
}
