package verify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// accountOf finds the account of a principal, which is an ARN or the account itself.
var accountOf = regexp.MustCompile(`(?:^|:iam::)([0-9]{12})(?::|$)`)

// refusedByBucket finds what was added to the policy of a bucket for everybody or for another account, whom the
// bucket's own policy denies everything, and who of the account is denied what it is allowed.
func refusedByBucket(a *app) []assembly.Finding {
	all := a.deniedObjects()
	for _, p := range a.of("AWS::S3::BucketPolicy") {
		construct, ok := a.made(p.stack, p.Path(), "/Policy/Resource")
		found := statements(p.Properties["PolicyDocument"])
		denied := slices.IndexFunc(found, func(s statement) bool { return s["Sid"] == "Outsiders" })
		if !ok || denied < 0 {
			continue
		}
		for _, s := range found {
			if organization, ok := s.organization(found[denied]); ok {
				all = append(all, assembly.Finding{
					Path: p.Path(),
					Description: fmt.Sprintf("what was added to the policy of storage.DataBucket %s for organization %s is denied by the "+
						"same policy to all but its own account", construct, organization),
					Fix: "share a prefix with each account by DataBucketProps.Shares",
				})
			}
			if s.allows() && s.ofNoAccount() {
				all = append(all, assembly.Finding{
					Path: p.Path(),
					Description: fmt.Sprintf("what was added to the policy of storage.DataBucket %s is for a canonical user or an origin access identity of "+
						"CloudFront; the same policy denies everything to principals without a known account, and to all accounts but its own and those that it is shared with",
						construct),
					Fix: "use an origin access control, awscloudfrontorigins.S3BucketOrigin_WithOriginAccessControl, which comes as an AWS service; or name " +
						"the account by its ARN",
				})
			}
			for _, principal := range s.principals("AWS") {
				who := cfn.Show(principal)
				if !s.allows() || !found[denied].outsider(who) || who == "*" && s["Condition"] != nil && !s.strangers(found[denied]) {
					continue
				}
				all = append(all, assembly.Finding{
					Path: p.Path(),
					Description: fmt.Sprintf("what was added to the policy of storage.DataBucket %s for %s is denied by the same "+
						"policy, which lets in its account and those that it is shared with", construct, who),
					Fix: "share a prefix with the account by DataBucketProps.Shares, or let it copy objects by ReplicatedFrom",
				})
			}
		}
	}
	return all
}

// ofNoAccount tells whether a statement has principals of whom it can't be told whether they are of an account that is
// let in: canonical users, or CloudFront's origin access identities, which are of AWS's own
// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html).
func (s statement) ofNoAccount() bool {
	of, _ := s["Principal"].(map[string]any)
	return of["CanonicalUser"] != nil || slices.ContainsFunc(s.principals("AWS"), func(p any) bool { return strings.Contains(cfn.Show(p), ":iam::cloudfront:") })
}

// outsider tells whether the statement, which denies outsiders, is about a principal: everybody, or one of an account
// that is none of those that are let in. Where one of them is known at deployment only, or an organization is let in,
// no account is.
func (s statement) outsider(principal string) bool {
	if principal == "*" {
		return true
	}
	account := accountOf.FindStringSubmatch(principal)
	if account == nil || len(s.values("aws:PrincipalOrgID")) > 0 {
		return false
	}
	return !slices.ContainsFunc(s.values("aws:PrincipalAccount"), func(inside any) bool {
		known, ok := inside.(string)
		return !ok || known == account[1]
	})
}

// organization is the one that a statement lets in and the other statement, which denies outsiders, does not.
func (s statement) organization(denied statement) (organization string, ok bool) {
	if !s.allows() || !slices.Contains(s.principals("AWS"), any("*")) { // whom else it names, its account says
		return "", false
	}
	inside := denied.values("aws:PrincipalOrgID")
	for _, of := range s.values("aws:PrincipalOrgID") {
		if !slices.ContainsFunc(inside, func(in any) bool { return cfn.Show(in) == cfn.Show(of) }) {
			return cfn.Show(of), true
		}
	}
	return "", false
}

// strangers tells whether a statement lets in accounts by a condition, and the other statement, which denies outsiders,
// none of them.
func (s statement) strangers(denied statement) bool {
	accounts := s.values("aws:PrincipalAccount")
	return len(accounts) > 0 && !slices.ContainsFunc(accounts, func(a any) bool {
		account, known := a.(string)
		return !known || !denied.outsider(account)
	})
}
