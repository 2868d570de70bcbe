package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/policy"
)

// LetUse adds to the policy of a given key what it lacks of the statements, where the app makes the key. What other
// policies have is not known: the field of the key says what its policy needs.
func LetUse(given awskms.IKey, needed ...policy.Statement) {
	made, ok := cfnKey(given)
	if !ok {
		return
	}
	for i := range needed {
		needed[i].Sid = "" // which no two statements of a policy may share
	}
	in := awscdk.Stack_Of(given)
	has := in.Resolve(made.KeyPolicy())
	for _, i := range key.Lacks(has, in.Resolve(policy.Document(needed...))) { // as a document of the CDK, like ones would be merged
		given.AddToResourcePolicy(statement(needed[i]), jsii.Bool(true))
	}
}

// cfnKey is the resource of a key that the app makes, by the CDK's own class or by awskms.Key_FromCfnKey.
func cfnKey(given awskms.IKey) (awskms.CfnKey, bool) {
	if made, ok := given.Node().DefaultChild().(awskms.CfnKey); ok {
		return made, true
	}
	made, ok := given.Node().Scope().(awskms.CfnKey)
	return made, ok
}
