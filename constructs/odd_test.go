package constructs_test

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
)

// Types of a user's that embed what the CDK makes.
type (
	ownKey    struct{ awskms.IKey }
	ownRole   struct{ awsiam.IRole }
	ownBucket struct{ awss3.IBucket }
	ownVpc    struct{ awsec2.IVpc }
	ownSubnet struct{ awsec2.ISubnet }
)

// typedNils are nil pointers to them.
var typedNils = []any{(*ownKey)(nil), (*ownRole)(nil), (*ownBucket)(nil), (*ownVpc)(nil), (*ownSubnet)(nil)}
