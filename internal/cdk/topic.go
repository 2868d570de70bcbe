package cdk

import (
	"encoding/json"
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/topic"
)

// NewTopic makes a topic, named Topic, that is encrypted by a key, refuses plain HTTP and lets the publishers in. It is
// the CDK's own class, so that what is added to its policy later gets there. The error, if any, is about the key, which
// is in a field of that name.
func NewTopic(
	scope constructs.Construct, at location.Location, keyField string, key awskms.IKey, publishers []string,
) (awssns.ITopic, error) {
	made := awssns.NewTopic(scope, jsii.String("Topic"), &awssns.TopicProps{MasterKey: key, EnforceSSL: jsii.Bool(true)})
	asEmitted(made, scope, "Topic")
	asEmitted(made.Node().FindChild(jsii.String("Policy")), scope, "TopicPolicy")
	var l problem.List
	for _, p := range publishers {
		made.AddToResourcePolicy(statement(topic.Statement(at, p, *made.TopicArn())))
		needed := topic.KeyStatement(at, p)
		if !*key.AddToResourcePolicy(statement(needed), jsii.Bool(true)).StatementAdded {
			l.Add(keyField, *key.KeyArn(), "a key that the app makes, so that its policy can let "+p+" use it: "+show(needed),
				"if the policy of this one has that, leave "+p+" out of Publishers and let it in by Topic.AddToResourcePolicy")
		}
	}
	return made, l.Err()
}

func statement(s policy.Statement) awsiam.PolicyStatement {
	return awsiam.PolicyStatement_FromJson(s.JSON())
}

// tokenName is what people read of a token, in it.
var tokenName = regexp.MustCompile(`\$\{Token\[(?:AWS\.)?(\w+)[^]]*\]\}`)

// show is a statement for people, with names for what is known at deployment only.
func show(s policy.Statement) string {
	text, err := json.Marshal(s.JSON())
	if err != nil {
		panic(err) // it is made of texts only
	}
	return tokenName.ReplaceAllString(string(text), "<$1>")
}
