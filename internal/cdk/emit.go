package cdk

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/cloudformationinclude"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/token"
)

// Emitted are resources that stand in the tree.
type Emitted struct {
	include cloudformationinclude.CfnInclude
}

// Emit makes all resources in one call. Their construct paths are that of scope, then "Default", which logical ids leave
// out, then their name. It panics with a [fault.Fault] when one has a physical name that another construct's has.
func Emit(scope constructs.Construct, path string, resources cfn.Resources) Emitted {
	claimResources(scope, path, resources)
	for name, r := range resources {
		if r.Metadata == nil {
			r.Metadata = map[string]any{}
		}
		r.Metadata["aws:cdk:path"] = path + "/Default/" + name // which an include leaves out
		resources[name] = r
	}
	template, tokens := withoutTokens(resources)
	return Emitted{cloudformationinclude.NewCfnInclude(scope, jsii.String("Default"), &cloudformationinclude.CfnIncludeProps{
		TemplateFile:       jsii.String(write(placeOf(scope).outdir, template)),
		PreserveLogicalIds: jsii.Bool(false),
		Parameters:         &tokens,
	})}
}

// Once finds what stands under that id in the scope's stack, or makes it there: for what all constructs of a stack share.
func Once(scope constructs.Construct, id string, resources func() cfn.Resources) Emitted {
	stack := placeOf(scope).stack
	if found := stack.Node().TryFindChild(&id); found != nil {
		return Emitted{found.Node().FindChild(jsii.String("Default")).(cloudformationinclude.CfnInclude)}
	}
	return Emit(constructs.NewConstruct(stack, &id), Path(stack, id), resources())
}

// withoutTokens writes the resources as a template in which every CDK token is a parameter, and gives the tokens by the
// parameters' names.
func withoutTokens(resources cfn.Resources) (template map[string]any, tokens map[string]any) {
	var plain any
	text, err := json.Marshal(resources)
	if err == nil {
		err = json.Unmarshal(text, &plain)
	}
	if err != nil {
		panic(err)
	}
	d := detacher{names: map[string]string{}}
	plain = d.walk(plain)
	tokens, parameters := map[string]any{}, map[string]any{}
	for text, name := range d.names {
		tokens[name] = text
		parameters[name] = map[string]any{"Type": "String"}
	}
	return map[string]any{"Parameters": parameters, "Resources": plain}, tokens
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

// Ref is the reference to a resource, as a token.
func (e Emitted) Ref(name string) string { return *e.include.GetResource(&name).Ref() }

// Att is an attribute of a resource, as a token.
func (e Emitted) Att(name, attribute string) string {
	return *awscdk.Token_AsString(e.include.GetResource(&name).GetAtt(&attribute, ""), nil)
}
