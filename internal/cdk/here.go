package cdk

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/token"
)

// ownPlace is a field whose ARNs have to be of the construct's own account or region, and why: nothing elsewhere
// answers.
type ownPlace struct {
	kind            string // of constructs; empty: of any
	field           *regexp.Regexp
	account, region bool
	// unless are fields that let in what is elsewhere.
	unless []string
	why    string
}

// here are all such fields.
var here = []ownPlace{
	// https://docs.aws.amazon.com/step-functions/latest/dg/security_iam_service-with-iam.html: it has no resource-based
	// policies.
	{"", regexp.MustCompile(`^Workflows\[\d+\]$`), true, true, nil, "Step Functions takes no caller of another account, and a state machine is in one region"},
	// The role trusts its own account, held to that ARN.
	{"", regexp.MustCompile(`^TrustedBy\[\d+\]$`), true, false, nil, "the role trusts its own account only: let the other account assume a role here, and name that one"},
	// https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
	{"", regexp.MustCompile(`^Triggers\[\d+\]$`), true, true, nil, "EventBridge hears of pushes to repositories of its own account and region"},
	// https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html: a key never leaves its
	// region.
	{"access.Guard", regexp.MustCompile(`^Keys\[\d+\]$`), false, true, nil, "a job is encrypted with a key of its own region"},
	{"network.Isolated", regexp.MustCompile(`^(PackageRepositories|ImageRepositories)\[\d+\]$`), false, true, nil, "endpoints lead to their own region only"},
	{"storage.DataBucket", regexp.MustCompile(`^(OutsideRoles|Environment\.Administrators)\[\d+\]$`), true, false,
		[]string{"Shares", "ReplicatedFrom", "Organization"}, "the bucket denies everything to other accounts: share a prefix with the account by Shares"},
}

// arns reports ARNs of elsewhere.
func (v *visit) arns(given any) {
	for _, h := range here {
		if h.kind != "" && h.kind != v.home.Kind || slices.ContainsFunc(h.unless, func(name string) bool {
			return !reflect.ValueOf(given).Elem().FieldByName(name).IsZero()
		}) {
			continue
		}
		props.Texts(given, func(field, text string) {
			parts, ok := arn.Split(text)
			if !ok || parts[0] != "arn" || !h.field.MatchString(field) || v.list.Has(field) {
				return
			}
			h.note(v, field, text, parts[3], parts[4])
		})
	}
}

// note reports an ARN of elsewhere, by its region and account.
func (h ownPlace) note(v *visit, field, text, region, account string) {
	switch {
	case strings.Contains(account, "*"): // which is no account, and refused as that
	case h.account && account != "" && token.Differ(account, v.home.At.Account):
		v.list.Note(field, problem.Phrase(text+", of account "+account), "one of account "+v.home.At.Account, h.why)
	case h.region && region != "" && token.Differ(region, v.home.At.Region):
		v.list.Note(field, problem.Phrase(text+", in "+region), "one in "+v.home.At.Region, h.why)
	}
}
