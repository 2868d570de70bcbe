package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/token"
)

// recognized are tokens that the CDK knows.
var recognized = map[string]bool{}

// texts reports text that looks like a token and is none that the CDK gave, and a token of another environment. What is
// said of one of an object that could not be made is left out.
func (v *visit) texts(given any) {
	props.Texts(given, func(field, text string) {
		for _, t := range token.Pattern.FindAllString(text, -1) {
			if standInTexts[t] {
				v.incomplete = true
				v.list.Skip(field)
				return
			}
			if !recognized[t] {
				recognized[t] = isToken(t)
			}
			if v.list.Has(field) {
				continue
			}
			if !recognized[t] {
				v.list.Note(field, text, "a token that the CDK gave, or text without "+token.Start, "")
			} else if !v.ofOtherStage(field, t) {
				v.parts(field, t)
			}
		}
	})
}

// parts reports the first resource that a token refers to and that a construct of Plinth in another environment made.
func (v *visit) parts(field, t string) {
	for _, r := range referencesIn(v.place.stack, t) {
		if r.resource != nil && v.part(field, r.resource) {
			return
		}
	}
}

// isToken asks the CDK, which throws where it does not know the token.
func isToken(text string) (is bool) {
	defer func() { is = recover() == nil }()
	awscdk.Tokenization_ReverseString(&text)
	return true
}
