package policy

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// The most characters that a document may have, white space left out
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html; of a service control policy
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html).
const (
	MaxManaged = 6144
	MaxTrust   = 2048
	MaxSCP     = 5120
)

// pseudo are the longest values of what every stack knows.
var pseudo = map[string]string{"AWS.Partition": "aws-iso-b", "AWS.Region": "ap-southeast-1", "AWS.AccountId": "111122223333"}

// unknownSize is what a value counts that is known only when it is deployed: the ARN of a key is 75 characters long.
const unknownSize = 80

// Size is the number of characters of a document, white space left out.
func Size(statements ...Statement) int {
	text, err := json.Marshal(measured(Document(statements...)))
	if err != nil {
		panic(err)
	}
	return len(text)
}

// measured puts a text of unknownSize in the place of every reference and token.
func measured(v any) any {
	filler := fmt.Sprintf("%0*d", unknownSize, 0)
	switch v := v.(type) {
	case map[string]any:
		if _, join := v["Fn::Join"]; join {
			return measured(texts([]any{v})[0])
		}
		if len(v) == 1 && (v["Ref"] != nil || v["Fn::GetAtt"] != nil) {
			return filler
		}
		m := map[string]any{}
		for k, inner := range v {
			m[k] = measured(inner)
		}
		return m
	case Principal:
		return measured(map[string]any(v))
	case []any:
		all := make([]any, len(v))
		for i := range v {
			all[i] = measured(v[i])
		}
		return all
	case []string:
		return measured(items(v))
	case string:
		return token.Pattern.ReplaceAllStringFunc(v, func(t string) string {
			for name, value := range pseudo {
				if strings.Contains(t, name) {
					return value
				}
			}
			return filler
		})
	}
	return v
}

// Named are the statements of one document with a sid each: its own, or the name of its first action, and a number where two
// are the same.
func Named(statements []Statement) []Statement {
	named := make([]Statement, len(statements))
	seen := map[string]int{}
	for i, s := range statements {
		if s.Sid == "" {
			_, action, _ := strings.Cut(s.Actions[0], ":")
			s.Sid = strings.ReplaceAll(action, "*", "")
		}
		seen[s.Sid]++
		if n := seen[s.Sid]; n > 1 {
			s.Sid = fmt.Sprintf("%sNo%d", s.Sid, n)
		}
		named[i] = s
	}
	return named
}

// Split deals the statements out to as few documents as their order allows, each within the limit and with sids. A statement
// that is too large alone is dealt out by its actions or resources, which changes no decision; one that still is too large is
// an error.
func Split(statements []Statement, limit int) ([][]Statement, error) {
	var documents [][]Statement
	var current []Statement
	for queue := Compact(statements); len(queue) > 0; {
		s := queue[0]
		if Size(Named(append(current[:len(current):len(current)], s))...) <= limit {
			current, queue = append(current, s), queue[1:]
			continue
		}
		if len(current) > 0 {
			documents, current = append(documents, Named(current)), nil
			continue
		}
		a, b, ok := halves(s)
		if !ok {
			return nil, problem.Problem{
				Field: s.Actions[0], Got: problem.Phrase(fmt.Sprintf("a statement of %d characters", Size(s))),
				Allowed: fmt.Sprintf("at most %d, which a policy holds", limit), Fix: "name fewer in it, or shorter ones",
			}
		}
		queue = append([]Statement{a, b}, queue[1:]...)
	}
	if len(current) > 0 {
		documents = append(documents, Named(current))
	}
	return documents, nil
}

// halves are two statements that together decide as one does.
func halves(s Statement) (a, b Statement, ok bool) {
	a, b = s, s
	switch {
	case len(s.Resources) > 1:
		n := len(s.Resources) / 2
		a.Resources, b.Resources, b.References = s.Resources[:n], s.Resources[n:], nil
	case len(s.References) > 1:
		n := len(s.References) / 2
		a.References, b.References, b.Resources = s.References[:n], s.References[n:], nil
	case len(s.References) == 1 && len(s.Resources) == 1:
		a.References, b.Resources = nil, nil
	case len(s.Actions) > 1:
		n := len(s.Actions) / 2
		a.Actions, b.Actions = s.Actions[:n], s.Actions[n:]
	default:
		return a, b, false
	}
	return a, b, true
}
