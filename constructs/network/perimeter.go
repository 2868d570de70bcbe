package network

import (
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
)

// perimeter is whom the endpoints let through, and to whose resources.
type perimeter struct {
	at location.Location
	// organization widens it from the account to the organization of that id; empty: the account.
	organization string
	// images is the account of AWS's own algorithm images; empty: none.
	images string
	// packages is the bucket of CodeArtifact's assets; empty: none.
	packages string
	// packageRepositories are the ARNs of the only CodeArtifact repositories that are let through; empty: every one inside.
	packageRepositories []string
	// imageRepositories are the ARNs of ECR repositories of other accounts.
	imageRepositories []string
	// clusterImages are the ARNs of AWS's repositories that the nodes of an EKS cluster pull from.
	clusterImages []string
	// open are the buckets of AWS that were opted into.
	open []AWSBucket
	// additional are what is asked for by hand.
	additional []need
}

// callers holds a statement to callers from inside.
func (p perimeter) callers() policy.Conditions {
	if p.organization != "" {
		return policy.Conditions{"StringEquals": {"aws:PrincipalOrgID": p.organization}}
	}
	return policy.Conditions{"StringEquals": {"aws:PrincipalAccount": p.at.Account}}
}

// inside holds a statement to callers and resources from inside.
func (p perimeter) inside() policy.Conditions {
	c := p.callers()
	if p.organization != "" {
		c["StringEquals"]["aws:ResourceOrgID"] = p.organization
	} else {
		c["StringEquals"]["aws:ResourceAccount"] = p.at.Account
	}
	return c
}

// insideIfAnywhere does the same, but for requests whose resource has no account.
func (p perimeter) insideIfAnywhere() policy.Conditions {
	c := p.callers()
	if p.organization != "" {
		c["StringEqualsIfExists"] = map[string]any{"aws:ResourceOrgID": p.organization}
	} else {
		c["StringEqualsIfExists"] = map[string]any{"aws:ResourceAccount": p.at.Account}
	}
	return c
}

// arn completes "service:resource".
func (p perimeter) arn(short string, foreign bool) string {
	name, resource, _ := strings.Cut(short, ":")
	account := p.at.Account
	if p.organization != "" || foreign {
		account = "*"
	}
	switch name {
	case "s3":
		return "arn:" + p.at.Partition + ":s3:::" + resource
	case "iam":
		return "arn:" + p.at.Partition + ":iam::" + account + ":" + resource
	}
	return location.Location{Partition: p.at.Partition, Region: p.at.Region, Account: account}.ARN(name, resource)
}

// policy is the policy of an endpoint: what the capabilities ask of the service, and the resources of AWS that go with
// it. It is nil for a service that takes none.
func (p perimeter) policy(e Endpoint) map[string]any {
	if services[e.Service].noPolicy {
		return nil
	}
	return policy.Document(slices.Concat(p.own(e), p.ofAWS(e))...)
}

// own are the statements for the resources from inside, one for each sid.
func (p perimeter) own(e Endpoint) []policy.Statement {
	asked := slices.Clone(p.additional)
	for _, c := range e.AskedBy {
		asked = append(asked, needs[c]...)
	}
	var all []policy.Statement
	for _, n := range asked {
		if n.service != e.Service {
			continue
		}
		i := slices.IndexFunc(all, func(s policy.Statement) bool { return s.Sid == n.sid })
		if i < 0 {
			i = len(all)
			all = append(all, p.statement(n))
		}
		for _, action := range n.actions {
			if !slices.Contains(all[i].Actions, action) {
				all[i].Actions = append(all[i].Actions, action)
			}
		}
	}
	slices.SortFunc(all, func(a, b policy.Statement) int { return strings.Compare(a.Sid, b.Sid) })
	return all
}

func (p perimeter) statement(n need) policy.Statement {
	s := policy.Statement{
		Sid: n.sid, Effect: policy.Allow, Principal: policy.AnyPrincipal,
		Conditions: p.inside(), Why: "whichever of the account's own a job is given: the condition holds the account",
	}
	for _, r := range n.resources {
		s.Resources = append(s.Resources, p.arn(r, n.foreign))
	}
	switch {
	case n.sid == packagesSid && len(p.packageRepositories) > 0:
		s.Resources, s.Conditions, s.Why = withDomains(p.packageRepositories), p.callers(), ""
	case n.foreign:
		s.Conditions, s.Why = p.callers(), "AWS keeps these in an account of its own and publishes no list of them"
	case len(n.resources) == 0 && n.byHand:
		s.Resources, s.Conditions, s.Why = []string{"*"}, p.insideIfAnywhere(), "the actions may know no resource; the condition holds the account of one"
	case len(n.resources) == 0:
		s.Resources, s.Conditions, s.Why = []string{"*"}, p.callers(), "the actions know no resource that could be named here"
	}
	return s
}

// withDomains are the repositories of CodeArtifact and the domains that they are in, whose tokens they are read with.
func withDomains(repositories []string) []string {
	var domains []string
	for _, r := range repositories {
		domain := strings.Replace(r[:strings.LastIndex(r, "/")], ":repository/", ":domain/", 1)
		if !slices.Contains(domains, domain) {
			domains = append(domains, domain)
		}
	}
	return append(domains, repositories...)
}

// ofAWS are the statements for resources of other accounts and of AWS, each named as exactly as AWS does.
func (p perimeter) ofAWS(e Endpoint) []policy.Statement {
	switch e.Service {
	case "s3":
		return p.bucketsOfAWS(e)
	case "ecr.api", "ecr.dkr":
		images := slices.Clone(p.imageRepositories)
		if p.images != "" {
			aws := location.Location{Partition: p.at.Partition, Region: p.at.Region, Account: p.images}
			images = append(images, aws.ARN("ecr", "repository/sagemaker-xgboost"))
		}
		var all []policy.Statement
		pull := func(sid string, images []string, why string) {
			if len(images) > 0 {
				all = append(all, policy.Statement{
					Sid: sid, Effect: policy.Allow, Principal: policy.AnyPrincipal, Actions: pullActions,
					Resources: images, Conditions: p.callers(), Why: why,
				})
			}
		}
		pull("PullOfOthers", images, "")
		if e.askedByOneOf(HyperPodEKS) {
			pull("PullOfEKS", p.clusterImages, "EKS names the registry of its add-ons, and not the repositories in it")
		}
		return all
	}
	return nil
}
