package cdk

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/token"
)

// A stack that refers to a resource of another stack reads an output when it is created or updated, and is told nothing
// of later changes
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html).
// cdk deploy skips a stack whose template is as it was. So the metadata of what refers to resources of other stacks has
// a digest of what replaces them: when one is replaced, both templates change.

// referencesKey is the key of the digest in a resource's metadata.
const referencesKey = "plinth:references"

// origin is a resource that a token refers to.
type origin struct {
	stack string
	// settles are the values that, when one changes, replace the resource.
	settles func() []any
	digest  string
}

// identity is a digest of what settles the resource.
func (o *origin) identity() string {
	if o.digest == "" {
		o.digest = digest(o.settles())
	}
	return o.digest
}

// inApp is a construct path in an app.
type inApp struct {
	app  constructs.IConstruct
	path string
}

var (
	// originByToken are what tokens refer to, by their text.
	originByToken = map[string]*origin{}
	// originByPath are resources by their construct path.
	originByPath = map[inApp]*origin{}
)

// addOrigins remembers resources that are emitted together, and gives them by their names.
func addOrigins(p *place, path string, resources cfn.Resources) map[string]*origin {
	all := map[string]*origin{}
	for name, r := range resources {
		properties, _ := plain(r.Properties).(map[string]any)
		o := &origin{stack: p.path, settles: func() []any { return settling(p, r.Type, properties, all) }}
		all[name], originByPath[inApp{p.app, path + "/Default/" + name}] = o, o
	}
	return all
}

// settling are the type and the create-only properties of a resource, with identities in the place of references:
// tokens have another text in each run.
func settling(p *place, typ string, properties map[string]any, siblings map[string]*origin) []any {
	all := []any{typ}
	for _, name := range cfn.CreateOnly(typ) {
		all = append(all, name, settled(p, properties[name], siblings))
	}
	return all
}

func settled(p *place, value any, siblings map[string]*origin) any {
	switch v := value.(type) {
	case map[string]any:
		if name, ok := v["Ref"].(string); ok && siblings[name] != nil {
			return siblings[name].identity()
		}
		if names, ok := v["Fn::GetAtt"].([]any); ok && siblings[names[0].(string)] != nil {
			return siblings[names[0].(string)].identity()
		}
		all := map[string]any{}
		for key, inner := range v {
			all[key] = settled(p, inner, siblings)
		}
		return all
	case []any:
		var all []any
		for _, inner := range v {
			all = append(all, settled(p, inner, siblings))
		}
		return all
	case string:
		return token.Pattern.ReplaceAllStringFunc(v, func(t string) string { return fmt.Sprint(identities(originsOf(p, t))) })
	}
	return value
}

// originsOf are the resources that a token refers to.
func originsOf(p *place, text string) []*origin {
	if o := originByToken[text]; o != nil {
		return []*origin{o}
	}
	var all []*origin
	for _, r := range referencesIn(p.stack, text) {
		if r.resource == nil || len(cfn.CreateOnly(r.typ)) == 0 {
			continue
		}
		at := inApp{p.app, PathOf(r.resource)}
		if originByPath[at] == nil {
			originByPath[at] = originOf(r)
		}
		all = append(all, originByPath[at])
	}
	return all
}

// originOf is a resource that Plinth did not make.
func originOf(r reference) *origin {
	p := placeOf(r.resource)
	return &origin{stack: p.path, settles: func() []any {
		properties := map[string]any{}
		for name, value := range *r.resource.CfnProperties() { // CidrBlock is cidrBlock in the CDK's own classes
			properties[strings.ToUpper(name[:1])+name[1:]] = value
		}
		settles := settling(p, r.typ, properties, nil)
		return append(settles, p.stack.Resolve(settles))
	}}
}

func identities(origins []*origin) []string {
	all := map[string]bool{}
	for _, o := range origins {
		all[o.identity()] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// referencesDigest is a digest of the resources of other stacks that a value refers to; empty: none.
func referencesDigest(p *place, value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	var others []*origin
	for _, t := range token.Pattern.FindAllString(string(text), -1) {
		for _, o := range originsOf(p, t) {
			if o.stack != p.path {
				others = append(others, o)
			}
		}
	}
	if len(others) == 0 {
		return ""
	}
	return digest(identities(others))
}

func digest(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(text))[:16]
}

// FollowBoundary makes the template of a role or user change when its boundary, of another stack, is replaced.
func FollowBoundary(role awscdk.CfnResource, boundary string) {
	if d := referencesDigest(placeOf(role), boundary); d != "" {
		role.AddMetadata(jsii.String("plinth:boundary"), d)
	}
}
