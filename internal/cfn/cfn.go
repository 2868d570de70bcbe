// Package cfn writes CloudFormation resources as Go values, so that the plan of a construct is the whole of what it
// makes, in pure Go, and reaches the CDK in one call. Properties have CloudFormation's own names.
package cfn

// Resource is one resource. Strings in it may hold CDK tokens.
type Resource struct {
	Type                string         `json:"Type"`
	Properties          map[string]any `json:"Properties,omitempty"`
	Metadata            map[string]any `json:"Metadata,omitempty"`
	DependsOn           []string       `json:"DependsOn,omitempty"`
	DeletionPolicy      string         `json:"DeletionPolicy,omitempty"`
	UpdateReplacePolicy string         `json:"UpdateReplacePolicy,omitempty"`
}

// Resources are the resources of one construct, by a name that is unique in it and made of letters and digits.
type Resources map[string]Resource

// Properties are the properties of a resource, or a part of them.
type Properties = map[string]any

// Ref refers to a resource of the same construct.
func Ref(name string) map[string]any { return map[string]any{"Ref": name} }

// Att refers to an attribute of a resource of the same construct.
func Att(name, attribute string) map[string]any {
	return map[string]any{"Fn::GetAtt": []string{name, attribute}}
}

// Join is a text made of texts and references.
func Join(parts ...any) map[string]any {
	return map[string]any{"Fn::Join": []any{"", parts}}
}

// StackPart is a part of a name that is unique to the stack, so that what outlived an earlier one is not in the way:
// the UUID of its id.
func StackPart() map[string]any {
	parts := map[string]any{"Fn::Split": []any{"/", Ref("AWS::StackId")}}
	return map[string]any{"Fn::Select": []any{2, parts}}
}

// Zone is the n-th Availability Zone of the region that is deployed to, counted from 0.
func Zone(n int) map[string]any {
	return map[string]any{"Fn::Select": []any{n, map[string]any{"Fn::GetAZs": ""}}}
}

// Stateful says what happens to a resource that holds data when its stack goes or an update replaces it. One that is
// retained still goes when the creation of its stack fails: it holds nothing yet, and would be in the way of the next
// try (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html).
func (r Resource) Stateful(retain bool) Resource {
	r.DeletionPolicy, r.UpdateReplacePolicy = "Delete", "Delete"
	if retain {
		r.DeletionPolicy, r.UpdateReplacePolicy = "RetainExceptOnCreate", "Retain"
	}
	return r
}

// Tags are tags in CloudFormation's form, in the order of the pairs: key, value, key, value.
func Tags(pairs ...string) []any {
	var tags []any
	for i := 0; i+1 < len(pairs); i += 2 {
		tags = append(tags, map[string]any{"Key": pairs[i], "Value": pairs[i+1]})
	}
	return tags
}

// List is a value of a template or policy that may be one or a list of them.
func List(value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{value}
}
