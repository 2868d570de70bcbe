package cdk

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/token"
)

// reference is what a token refers to: an attribute of a resource of the app.
type reference struct {
	// target is what it refers to; resource is it too if it is one, else nil.
	target   constructs.Construct
	resource awscdk.CfnResource
	typ      string
	// attribute is the one of Fn::GetAtt, or Ref.
	attribute string
}

// distinct are the types of resources of which no two have the same Ref, id or ARN.
var distinct = map[string]bool{"AWS::EC2::SecurityGroup": true, "AWS::EC2::Subnet": true, "AWS::EC2::VPC": true, "AWS::KMS::Key": true}

// pseudoToken starts the token of a pseudo parameter.
const pseudoToken = token.Start + "AWS"

// references are remembered by their tokens, which never change.
var references = map[string]reference{}

// single tells whether a text is one token and nothing else.
func single(text string) bool { return text != "" && token.Pattern.FindString(text) == text }

// referenceOf is what a text refers to that is one token; the zero reference where it refers to something else, or is no
// token of the CDK's.
func referenceOf(text string) (r reference) {
	if !single(text) || strings.HasPrefix(text, pseudoToken) {
		return reference{}
	}
	if r, known := references[text]; known {
		return r
	}
	defer func() {
		if recover() != nil {
			r = reference{}
		}
		references[text] = r
	}()
	if to, ok := awscdk.Tokenization_ReverseString(&text).FirstToken().(awscdk.Reference); ok {
		r.target, _ = to.Target().(constructs.Construct)
		if resource, ok := to.Target().(awscdk.CfnResource); ok {
			r = reference{resource, resource, *resource.CfnResourceType(), *to.DisplayName()}
		}
	}
	return r
}

// Different tells of two tokens that they stand for different texts: each for the same attribute of another resource.
// Where it says no, nothing is known.
func Different(a, b string) bool {
	if !single(a) || !single(b) {
		return false
	}
	x, y := referenceOf(a), referenceOf(b)
	return distinct[x.typ] && x.typ == y.typ && x.attribute == y.attribute && x.resource != y.resource
}

// Describe is a text for a message: what a token refers to in its place.
func Describe(text string) string {
	switch r := referenceOf(text); {
	case r.resource != nil:
		return *r.resource.Node().Path()
	case token.Is(text):
		return "a value that the deployment decides"
	}
	return text
}
