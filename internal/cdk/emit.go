package cdk

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/cloudformationinclude"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/token"
)

// Emitted are resources that stand in the tree.
type Emitted struct {
	include cloudformationinclude.CfnInclude
	origins map[string]*origin
}

// Emit makes all resources in one call. Their construct paths are that of scope, then "Default", which logical ids
// leave out, then their name. It panics with a [fault.Fault] when one has a physical name that another construct's has.
func Emit(scope constructs.Construct, path string, resources cfn.Resources) Emitted {
	p := placeOf(scope)
	claimResources(scope, path, resources)
	fail(path, validateCustomized(scope, resources))
	for name, r := range resources {
		if r.Metadata == nil {
			r.Metadata = map[string]any{}
		}
		r.Metadata["aws:cdk:path"] = path + "/Default/" + name // which an include leaves out
		if d := referencesDigest(p, r.Properties); d != "" {
			r.Metadata[referencesKey] = d
		}
		resources[name] = r
	}
	origins := addOrigins(p, path, resources)
	template, tokens := withoutTokens(resources)
	include := cloudformationinclude.NewCfnInclude(scope, jsii.String("Default"), &cloudformationinclude.CfnIncludeProps{
		TemplateFile:       jsii.String(write(p.outdir, template)),
		PreserveLogicalIds: jsii.Bool(false),
		Parameters:         &tokens,
	})
	e := Emitted{include, origins}
	for _, name := range slices.Sorted(maps.Keys(resources)) {
		if r := resources[name]; r.Type == "AWS::IAM::Role" {
			e.keepTags(name, r)
		}
	}
	return e
}

// kept is the priority of tags that policies compare: over all that an app adds to or removes from what is in it
// (https://docs.aws.amazon.com/cdk/v2/guide/tagging.html).
const kept = 1e6

// keepTags makes the tags of a role the ones that it keeps. A role of Plinth's has tags of its own where a guard looks
// at them.
func (e Emitted) keepTags(name string, r cfn.Resource) {
	tags, _ := r.Properties["Tags"].([]any)
	for _, t := range tags {
		tag := t.(map[string]any)
		key, value := tag["Key"].(string), tag["Value"].(string)
		e.Resource(name).(awsiam.CfnRole).Tags().SetTag(&key, &value, jsii.Number(kept), nil)
	}
}

// Once finds what stands under that id in the scope's stack, or makes it there: for what all constructs of a stack
// share.
func Once(scope constructs.Construct, id string, resources func() cfn.Resources) Emitted {
	p := placeOf(scope)
	e, found := p.once[id]
	if !found {
		e = Emit(constructs.NewConstruct(p.stack, &id), Path(p.stack, id), resources())
		p.once[id] = e
	}
	return e
}

// withoutTokens writes the resources as a template in which every CDK token is a parameter, and gives the tokens by the
// parameters' names.
func withoutTokens(resources cfn.Resources) (template map[string]any, tokens map[string]any) {
	d := detacher{names: map[string]string{}}
	detached := d.walk(plain(resources))
	tokens, parameters := map[string]any{}, map[string]any{}
	for text, name := range d.names {
		tokens[name] = text
		parameters[name] = map[string]any{"Type": "String"}
	}
	return map[string]any{"Parameters": parameters, "Resources": detached}, tokens
}

// plain is a value as JSON has it.
func plain(v any) (plain any) {
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &plain)
	}
	if err != nil {
		panic(err)
	}
	return plain
}

// detacher puts references to parameters in the place of tokens.
type detacher struct{ names map[string]string }

func (d detacher) walk(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) { // in order, so that parameters are numbered alike in every run
			v[key] = d.walk(v[key])
		}
	case []any:
		for i := range v {
			v[i] = d.walk(v[i])
		}
	case string:
		return d.text(v)
	}
	return v
}

func (d detacher) text(s string) any {
	found := token.Pattern.FindAllStringIndex(s, -1)
	if found == nil {
		return s
	}
	var parts []any
	end := 0
	for _, at := range found {
		if at[0] > end {
			parts = append(parts, s[end:at[0]])
		}
		text := s[at[0]:at[1]]
		if d.names[text] == "" {
			d.names[text] = fmt.Sprintf("Value%d", len(d.names)+1)
		}
		parts = append(parts, cfn.Ref(d.names[text]))
		end = at[1]
	}
	if end < len(s) {
		parts = append(parts, s[end:])
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return map[string]any{"Fn::Join": []any{"", parts}}
}

// write puts a template where the CDK can read it, into the assembly. It stays there beside the one that it became part
// of, under a name made from what it holds.
func write(dir string, template map[string]any) string {
	text, err := json.MarshalIndent(template, "", " ")
	if err != nil {
		panic(err)
	}
	file := filepath.Join(dir, fmt.Sprintf("include.%x.json", sha256.Sum256(text)))
	if err := os.WriteFile(file, text, 0o600); err != nil {
		panic(err)
	}
	return file
}

// Resource is a resource.
func (e Emitted) Resource(name string) awscdk.CfnResource { return e.include.GetResource(&name) }

// Ref is the reference to a resource, as a token.
func (e Emitted) Ref(name string) string { return e.origin(name, *e.Resource(name).Ref()) }

// Att is an attribute of a resource, as a token.
func (e Emitted) Att(name, attribute string) string {
	return e.origin(name, *awscdk.Token_AsString(e.Resource(name).GetAtt(&attribute, ""), nil))
}

// origin remembers the resource that a token refers to.
func (e Emitted) origin(name, token string) string {
	originByToken[token] = e.origins[name]
	return token
}

// Document is a policy document with tokens in the place of references to what was emitted, for the CDK's own classes.
func (e Emitted) Document(statements ...policy.Statement) awsiam.PolicyDocument {
	return awsiam.PolicyDocument_FromJson(e.bind(plain(policy.Document(statements...)), map[string]string{}))
}

// bind puts tokens in the place of references; known are those of references that it has met before.
func (e Emitted) bind(v any, known map[string]string) any {
	once := func(name string, token func() string) string {
		if known[name] == "" {
			known[name] = token()
		}
		return known[name]
	}
	switch v := v.(type) {
	case map[string]any:
		if name, ok := v["Ref"].(string); ok && len(v) == 1 {
			return once(name, func() string { return e.Ref(name) })
		}
		if names, ok := v["Fn::GetAtt"].([]any); ok {
			name, attribute := names[0].(string), names[1].(string)
			return once(name+"."+attribute, func() string { return e.Att(name, attribute) })
		}
		if join, ok := v["Fn::Join"].([]any); ok {
			var b strings.Builder
			for _, part := range join[1].([]any) {
				fmt.Fprint(&b, e.bind(part, known))
			}
			return b.String()
		}
		for key := range v {
			v[key] = e.bind(v[key], known)
		}
	case []any:
		for i := range v {
			v[i] = e.bind(v[i], known)
		}
	}
	return v
}
