// Package arn checks the ARNs and ids that a user gives.
package arn

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Split takes an ARN apart at its first five colons: arn, partition, service, region, account and resource
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html). It is not ok for a text with fewer, as a
// token is.
func Split(arn string) (parts []string, ok bool) {
	parts = strings.SplitN(arn, ":", 6)
	return parts, len(parts) == 6
}

// Validate notes what is not the ARN of one resource of that kind of that service.
func Validate(l *problem.List, field string, arns []string, service, resource, allowed string) {
	for i, arn := range arns {
		ValidateOne(l, fmt.Sprintf("%s[%d]", field, i), arn, service, resource, allowed)
	}
}

// ValidateOne is Validate for a field of one ARN.
func ValidateOne(l *problem.List, field, arn, service, resource, allowed string) {
	parts, ok := Split(arn)
	if !token.Is(arn) && (!ok || parts[0] != "arn" || parts[2] != service || !strings.Contains(arn, resource) || strings.ContainsAny(arn, "*?")) {
		l.Add(field, arn, allowed, "")
	}
}

// idPattern is the id of a resource of EC2 after its prefix.
var idPattern = regexp.MustCompile(`^[0-9a-f]{8,17}$`)

// ValidateID notes what is not the id of a resource of EC2 with that prefix, such as "sg".
func ValidateID(l *problem.List, field, id, prefix, what, fix string) {
	if digits, ok := strings.CutPrefix(id, prefix+"-"); !token.Is(id) && (!ok || !idPattern.MatchString(digits)) {
		l.Add(field, id, fmt.Sprintf("the id of %s, %s- and 8 to 17 hexadecimal digits", what, prefix), fix)
	}
}
