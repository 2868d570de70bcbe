package verify

import (
	"maps"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// app is all stacks of an assembly.
type app struct {
	stacks []assembly.Stack
	// byType are all resources by type, in order.
	byType map[string][]resource
	// identity are the policies of roles, users and groups, and heldBy the roles by the managed policy that they name.
	identity []resource
	heldBy   map[place][]resource
}

// place identifies a resource.
type place struct {
	stack *assembly.Stack
	id    string
}

func newApp(stacks []assembly.Stack) *app {
	a := &app{stacks: stacks, byType: map[string][]resource{}, heldBy: map[place][]resource{}}
	for i := range stacks {
		s := &stacks[i]
		for _, id := range slices.Sorted(maps.Keys(s.Template.Resources)) {
			r := s.Template.Resources[id]
			a.byType[r.Type] = append(a.byType[r.Type], resource{Resource: r, stack: s, id: id})
		}
	}
	a.identity = a.readIdentityPolicies()
	for _, role := range a.of("AWS::IAM::Role") {
		for _, of := range cfn.List(role.Properties["ManagedPolicyArns"]) {
			if policy, ok := a.target(role.stack, of); ok {
				at := place{policy.stack, policy.id}
				a.heldBy[at] = append(a.heldBy[at], role)
			}
		}
	}
	return a
}

// resource is one resource of a stack.
type resource struct {
	assembly.Resource
	stack *assembly.Stack
	id    string
}

// of are the resources of these types, in order of the types.
func (a *app) of(types ...string) []resource {
	var all []resource
	for _, t := range types {
		all = append(all, a.byType[t]...)
	}
	return all
}

// is tells whether both are the same resource.
func (r resource) is(other resource) bool { return r.stack == other.stack && r.id == other.id }

// target is the resource that a value refers to, in its stack or another one.
func (a *app) target(from *assembly.Stack, value any) (resource, bool) {
	from, value = assembly.Outer(a.stacks, from, value)
	reference, ok := value.(map[string]any)
	if !ok || len(reference) != 1 {
		return resource{}, false
	}
	if name, ok := reference["Ref"].(string); ok {
		return found(from, name)
	}
	if names, ok := reference["Fn::GetAtt"].([]any); ok && len(names) > 1 {
		name, _ := names[0].(string)
		attribute, _ := names[1].(string)
		if nested := a.nested(from, name); nested != nil {
			return a.target(nested, nested.Template.Outputs[strings.TrimPrefix(attribute, "Outputs.")].Value)
		}
		return found(from, name)
	}
	if output, ok := reference["Fn::GetStackOutput"].(map[string]any); ok {
		name, _ := output["OutputName"].(string)
		for _, s := range a.named(from, output["StackName"]) {
			if o, ok := s.Template.Outputs[name]; ok {
				return a.target(s, o.Value)
			}
		}
	}
	if name, ok := reference["Fn::ImportValue"].(string); ok {
		for i := range a.stacks {
			for _, o := range a.stacks[i].Template.Outputs {
				if o.Export.Name == name {
					return a.target(&a.stacks[i], o.Value)
				}
			}
		}
	}
	return resource{}, false
}

// nested is the stack that a stack has by a logical id; nil where that is no stack, or one whose template is elsewhere.
func (a *app) nested(in *assembly.Stack, id string) *assembly.Stack {
	i := slices.IndexFunc(a.stacks, func(s assembly.Stack) bool {
		return s.Nested != nil && s.Nested.In == in.Path && s.Nested.ID == id
	})
	if i < 0 {
		return nil
	}
	return &a.stacks[i]
}

// named are the stacks of that name, those of the same stage first.
func (a *app) named(from *assembly.Stack, name any) []*assembly.Stack {
	var all []*assembly.Stack
	for i := range a.stacks {
		s := &a.stacks[i]
		switch {
		case s.StackName != name:
		case s.Stage() == from.Stage():
			all = slices.Insert(all, 0, s)
		default:
			all = append(all, s)
		}
	}
	return all
}

func found(s *assembly.Stack, id string) (resource, bool) {
	r, ok := s.Template.Resources[id]
	return resource{Resource: r, stack: s, id: id}, ok
}

// targets are the resources that are referred to anywhere in a value, but where the value says that a role is used for
// it.
func (a *app) targets(from *assembly.Stack, value any) []resource {
	if r, ok := a.target(from, value); ok {
		return []resource{r}
	}
	var all []resource
	switch v := value.(type) {
	case map[string]any:
		if v["RoleArn"] != nil {
			return nil
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, a.targets(from, v[key])...)
		}
	case []any:
		for _, inner := range v {
			all = append(all, a.targets(from, inner)...)
		}
	}
	return all
}

// made is the construct of Plinth that a path of a resource or handle is in, by what follows the construct:
// "X/Topic/Resource" of "/Topic/Resource" is in X, if X has resources that Plinth emitted.
func (a *app) made(s *assembly.Stack, path, after string) (construct string, ok bool) {
	construct, ok = strings.CutSuffix(path, after)
	if !ok || s == nil {
		return "", false
	}
	for _, r := range s.Template.Resources {
		if strings.HasPrefix(r.Path(), construct+"/Default/") {
			return construct, true
		}
	}
	return "", false
}

// emitted is the construct of Plinth that emits the resource of a path, CONSTRUCT/Default/NAME. The CDK's classes call
// theirs Resource.
func emitted(path string) (construct string, ok bool) {
	construct, name, ok := strings.Cut(path, "/Default/")
	return construct, ok && name != "Resource"
}
