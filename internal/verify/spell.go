package verify

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// spelled is a text of a template, however the template writes it.
type spelled struct {
	// text has the names of what is known at deployment only between < and >.
	text string
	// inStage tells that it has such names, of which stacks of a stage have the same value; inStack, that only one
	// stack has it.
	inStage, inStack bool
}

// spell is a value of a stack as a text: Fn::Join and Fn::Sub are carried out, and the pseudo parameters filled in that
// are known (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html).
func (a *app) spell(s *assembly.Stack, value any) spelled {
	s, value = assembly.Outer(a.stacks, s, value)
	if text, ok := value.(string); ok {
		return spelled{text: text}
	}
	function, _ := value.(map[string]any)
	if name, ok := function["Ref"].(string); ok {
		return reference(s, name)
	}
	if join, ok := function["Fn::Join"].([]any); ok && len(join) == 2 {
		if parts, ok := join[1].([]any); ok {
			return a.joined(s, fmt.Sprint(join[0]), parts)
		}
	}
	if sub, ok := function["Fn::Sub"]; ok {
		return a.joined(s, "", assembly.InSub(sub))
	}
	written, err := json.Marshal(value)
	if err != nil {
		panic(err) // it was read as JSON
	}
	return spelled{text: "<" + string(written) + ">", inStack: true}
}

// reference is what Ref gives of a name.
func reference(s *assembly.Stack, name string) spelled {
	known := map[string]string{"AWS::Region": s.Region, "AWS::AccountId": s.Account}
	if s.Nested == nil {
		known["AWS::StackName"] = s.StackName
	}
	if known[name] != "" {
		return spelled{text: known[name]}
	}
	of := spelled{text: "<" + name + ">"}
	of.inStack = !strings.HasPrefix(name, "AWS::") || strings.HasPrefix(name, "AWS::Stack")
	of.inStage = !of.inStack
	return of
}

func (a *app) joined(s *assembly.Stack, separator string, parts []any) spelled {
	var all spelled
	for i, part := range parts {
		p := a.spell(s, part)
		if i > 0 {
			all.text += separator
		}
		all = spelled{all.text + p.text, all.inStage || p.inStage, all.inStack || p.inStack}
	}
	return all
}
