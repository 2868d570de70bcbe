package network

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// AdditionalEndpoint is a VPC endpoint of an AWS service that no capability needs, or more requests to one that some
// do.
type AdditionalEndpoint struct {
	// Service is the name of its endpoint service after com.amazonaws.REGION: "glue". One that starts otherwise is
	// given whole, such as "aws.sagemaker.REGION.notebook", in which REGION stands for the network's. Required.
	Service string
	// Actions are the requests that its policy lets through for callers of the account, or of the Organization:
	// "glue:GetTable". Required, but for a service whose endpoints take no policy.
	Actions []string
	// Resources are the account's, or the Organization's, that the actions are for, as "SERVICE:RESOURCE":
	// "glue:table/*". A CDK token stands for RESOURCE or a part of it only. Of AWS's own the foundation models of Bedrock
	// are taken: "bedrock:foundation-model/*". Empty: any, for actions that know no resource; what has an account is then
	// held to the same.
	Resources []string
	// Hosts are the names that the service answers to, in which REGION stands for the network's region:
	// "glue.REGION.amazonaws.com". Empty: those that Plinth knows; required for a service that it does not know.
	Hosts []string
}

// byHand is what asked for an additional endpoint, where that of others is a capability.
const byHand Capability = "AdditionalEndpoints"

var (
	endpointServicePattern = regexp.MustCompile(`^[a-z0-9][a-zA-Z0-9.-]*$`)
	actionPattern          = regexp.MustCompile(`^[a-z0-9-]+:[A-Za-z]+\*?$`)
	resourcePattern        = regexp.MustCompile(`^[a-z0-9-]+:[^\s]+$`)
)

func (e AdditionalEndpoint) validate() error {
	var l problem.List
	known, ok := services[e.Service]
	switch {
	case e.Service == "dynamodb":
		l.Add("Service", e.Service, "a service that interface endpoints reach",
			"DynamoDB is reached by a route, whose prefix list the jobs' security group does not know: give jobs their data by S3")
	case !endpointServicePattern.MatchString(e.Service) || !ok && len(e.Hosts) == 0:
		l.Add("Service", e.Service, "one of "+strings.Join(slices.Sorted(maps.Keys(services)), ", "),
			"or another one of AWS, with its Hosts: aws ec2 describe-vpc-endpoint-services tells them as PrivateDnsNames")
	}
	switch {
	case known.noPolicy && len(e.Actions)+len(e.Resources) > 0:
		l.Add("Actions", e.Actions, "none, nor Resources: endpoints of "+e.Service+" take no policy", "leave them out")
	case !known.noPolicy && len(e.Actions) == 0:
		l.Add("Actions", nil, "the requests that its policy lets through", `such as "glue:GetTable"`)
	}
	each := func(field string, values []string, good func(string) bool, allowed string) {
		for i, v := range values {
			if !token.Is(v) && !good(v) {
				l.Add(fmt.Sprintf("%s[%d]", field, i), v, allowed, "")
			}
		}
	}
	for i, r := range e.Resources {
		// A token is neither the service nor an ARN, which its value would be cut out of.
		if bare := token.Pattern.ReplaceAllLiteralString(r, "{}"); !resourcePattern.MatchString(bare) || strings.HasPrefix(bare, "arn:") {
			l.Add(fmt.Sprintf("Resources[%d]", i), r, `SERVICE:RESOURCE, such as "glue:table/*", whose SERVICE is known at synth`,
				"partition, region and account are the network's")
		}
	}
	each("Actions", e.Actions, actionPattern.MatchString, `an IAM action, such as "glue:GetTable" or "glue:Get*"`)
	each("Hosts", e.Hosts, isDomain, `a name of at most 255 characters, such as "glue.REGION.amazonaws.com"`)
	return l.Err()
}

// validateAdditional checks all of them.
func (p *IsolatedProps) validateAdditional() error {
	var l problem.List
	for i, e := range p.AdditionalEndpoints {
		l.Include(fmt.Sprintf("AdditionalEndpoints[%d]", i), e.validate())
	}
	return l.Err()
}

// modelsOfAWS starts what has no account in its ARN
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html#amazonbedrock-resources-for-iam-policies).
const modelsOfAWS = "bedrock:foundation-model/"

// additionalNeeds are what is asked for by hand of services, a statement each for what is inside and for what is AWS's.
func (p IsolatedProps) additionalNeeds() []need {
	var all []need
	for i, e := range p.AdditionalEndpoints {
		sid := fmt.Sprintf("Additional%d", i+1)
		var own, foreign []string
		for _, r := range e.Resources {
			if strings.HasPrefix(r, modelsOfAWS) {
				foreign = append(foreign, r)
			} else {
				own = append(own, r)
			}
		}
		if len(own) > 0 || len(foreign) == 0 {
			all = append(all, need{service: e.Service, sid: sid, actions: e.Actions, resources: own, byHand: true})
		}
		if len(foreign) > 0 {
			all = append(all, need{service: e.Service, sid: sid + "OfAWS", actions: e.Actions, resources: foreign, foreign: true})
		}
	}
	return all
}

// additionalHosts are the names of services that are given by hand.
func (p IsolatedProps) additionalHosts(region string) []string {
	var all []string
	for _, e := range p.AdditionalEndpoints {
		for _, host := range e.Hosts {
			all = append(all, strings.ReplaceAll(host, "REGION", region))
		}
	}
	return all
}
