package cdk

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

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

// referenceOf is what a text refers to that is one token; the zero reference where it refers to something else, or is
// no token of the CDK's.
func referenceOf(text string) (r reference) {
	if !token.IsOne(text) || strings.HasPrefix(text, pseudoToken) {
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
		r = newReference(to)
	}
	return r
}

// ResourceOf is the resource of the app that a text refers to, which is one token; nil: it refers to none.
func ResourceOf(text string) awscdk.CfnResource { return referenceOf(text).resource }

func newReference(to awscdk.Reference) (r reference) {
	r.target, _ = to.Target().(constructs.Construct)
	if resource, ok := to.Target().(awscdk.CfnResource); ok {
		r = reference{resource, resource, *resource.CfnResourceType(), *to.DisplayName()}
	}
	return r
}

// inner holds what composed and lazy tokens refer to, by their text.
var inner = map[string][]reference{}

// referencesIn are all that a text refers to, in tokens inside of tokens too. A token is asked in a scope.
func referencesIn(scope constructs.Construct, text string) []reference {
	var all []reference
	for _, t := range token.Pattern.FindAllString(text, -1) {
		if strings.HasPrefix(t, pseudoToken) {
			continue
		}
		if r := referenceOf(t); r.target != nil {
			all = append(all, r)
			continue
		}
		within, known := inner[t]
		if !known {
			if within, known = resolved(scope, t); known {
				inner[t] = within
			}
		}
		all = append(all, within...)
	}
	return all
}

// resolver notes what tokens refer to while the CDK resolves them.
type resolver struct {
	awscdk.DefaultTokenResolver
	found []reference
}

// ResolveToken is called for every token, those that another one holds after it.
func (r *resolver) ResolveToken(t awscdk.IResolvable, context awscdk.IResolveContext, after awscdk.IPostProcessor) any {
	if to, ok := t.(awscdk.Reference); ok {
		r.found = append(r.found, newReference(to))
		return ""
	}
	return r.DefaultTokenResolver.ResolveToken(t, context, after)
}

// resolved is what a composed or lazy token refers to, and tells whether that is all: some can't be resolved yet.
func resolved(scope constructs.Construct, text string) (found []reference, all bool) {
	r := &resolver{}
	defer func() {
		if recover() != nil {
			found, all = r.found, false
		}
	}()
	awscdk.NewDefaultTokenResolver_Override(r, awscdk.NewStringConcat())
	awscdk.Tokenization_Resolve(text, &awscdk.ResolveOptions{Resolver: r, Scope: scope, Preparing: jsii.Bool(false)})
	return r.found, true
}

// Different tells of two tokens that they stand for different texts: each for the same attribute of another resource.
// Where it says no, nothing is known.
func Different(a, b string) bool {
	if !token.IsOne(a) || !token.IsOne(b) {
		return false
	}
	x, y := referenceOf(a), referenceOf(b)
	return distinct[x.typ] && x.typ == y.typ && x.attribute == y.attribute && x.resource != y.resource
}

// StoodAlready tells of two texts that one stands for what a resource of the app has and no other, and that the other is
// written out, without a wildcard: it is of something that stood before the app made the resource.
func StoodAlready(a, b string) bool {
	if token.Is(a) {
		a, b = b, a
	}
	return a != "" && !token.Is(a) && !strings.Contains(a, "*") && distinct[referenceOf(b).typ]
}

// Describe is a text for a message: what a token refers to in its place.
func Describe(text string) string {
	switch r := referenceOf(text); {
	case r.resource != nil:
		return *r.resource.Node().Path()
	case token.IsOne(text):
		return "a value that the deployment decides"
	}
	return tokenName.ReplaceAllString(text, "<$1>")
}
