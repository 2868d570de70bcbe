// Package names composes the names that things have in AWS, and the patterns by which policies match them. It is pure
// Go.
//
// A name consists of parts: the environment, the team where there is one, and what its construct is called. No part
// holds two hyphens in a row, or begins or ends with one, and two hyphens stand between parts, three before a team:
//
//	dev--churn
//	dev---red--churn
//
// So a pattern that ends after a separator matches nothing of a neighbor: dev--* no name of an environment dev-eu,
// dev---red--* no name of a team red-blue, and none of a construct of no team that is called red.
//
// SageMaker does not tell names apart by case
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html) and writes some
// into ARNs in lower case (https://github.com/boto/boto3/issues/4606), which a pattern in another case may not match:
// names are in lower case from the start.
package names

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

const (
	separator = "--"
	// beforeTeam starts what no part can start with: the name of a team is never taken for that of a construct.
	beforeTeam = "---"
	// noEnvironment stands for an environment without a name, and is none.
	noEnvironment = "none"
	// Any stands for every name of its kind in a pattern of a policy.
	Any = "*"
)

// Longest names of parts.
const (
	maxEnvironment = 20
	maxTeam        = 20
)

// What parts may be, for messages.
const (
	// PartAllowed says what a part of a name may be.
	PartAllowed = "lower-case letters, digits and single hyphens between them"
	// EnvironmentAllowed says what the name of an environment may be.
	EnvironmentAllowed = "1 to 20 " + PartAllowed + `, a letter first, and not "none"`
	// TeamAllowed says what the name of a team may be.
	TeamAllowed = "1 to 20 " + PartAllowed
)

var (
	partPattern        = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	environmentPattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
)

// IsPart tells whether a text can be a part of a name.
func IsPart(s string) bool { return partPattern.MatchString(s) }

// IsEnvironment tells whether an environment can have that name.
func IsEnvironment(s string) bool {
	return len(s) <= maxEnvironment && environmentPattern.MatchString(s) && s != noEnvironment
}

// IsTeam tells whether a team can have that name.
func IsTeam(s string) bool { return len(s) <= maxTeam && IsPart(s) }

// Owner is whose a name is: an environment's, or that of a team in it. Both may be CDK tokens.
type Owner struct{ Environment, Team string }

// Name is what something of the owner is called.
func (o Owner) Name(of string) string {
	environment := o.Environment
	if environment == "" {
		environment = noEnvironment
	}
	if o.Team == "" {
		return Join(environment, of)
	}
	return Join(environment+beforeTeam+o.Team, of)
}

// All is a pattern of all names of the owner; those of an environment hold those of its teams.
func (o Owner) All() string { return o.Name(Any) }

// Validate reports a name that nothing of the owner can have: given by the field, or else made from the construct's id.
// The rooms are what the uses of the whole name leave to it.
func (o Owner) Validate(l *problem.List, field, given, id string, rooms ...Room) {
	part := Part(given, id)
	whole := o.Name(part)
	switch {
	case token.Is(part):
	case !IsPart(part) && given == "":
		l.Add(field, part, PartAllowed, "set "+field+": it stands for the construct's id in names")
	case !IsPart(part):
		l.Add(field, part, PartAllowed, "")
	case !token.Is(whole) && len(whole) > least(rooms).Most:
		room, before := least(rooms), whole[:len(whole)-len(part)]
		allowed := fmt.Sprintf("at most %d characters, since the %s's name starts with %q", room.Most-len(before), room.Kind, before)
		if len(before) >= room.Most {
			allowed = fmt.Sprintf("a name of the environment, and of the team, that leaves room: the %s's starts with %q", room.Kind, before)
		}
		l.Add(field, part, allowed, "set a shorter "+field+", or shorten the name of the environment or the team")
	}
}

// Join makes one name of parts.
func Join(parts ...string) string { return strings.Join(parts, separator) }

func least(rooms []Room) Room {
	return slices.MinFunc(rooms, func(a, b Room) int { return a.Most - b.Most })
}

// Part is what a construct is called in names: what a field gives, or its id in lower case.
func Part(given, id string) string {
	if given != "" {
		return given
	}
	return strings.ToLower(id)
}
