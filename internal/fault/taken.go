package fault

import (
	"cmp"
	"regexp"

	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/problem"
)

// taken is how the CDK says that an id is taken: the id, and that of the scope, which an app has none of.
var taken = regexp.MustCompile(`There is already a Construct with name '([^']*)' in \w+(?: \[([^\]]*)\])?`)

// IsTaken tells of the text of an error whether it says that something else in a scope has an id.
func IsTaken(message string) bool { return taken.MatchString(message) }

// Taken is the problem of an id that something else in a scope has, by the scope's path and who is known to have it.
func Taken(id, scope string, by made.Home) problem.Problem {
	return problem.Problem{
		Field: "id", Got: id, Allowed: "an id that nothing else in " + cmp.Or(scope, "the app") + " has",
		Fix: cmp.Or(Where(by.Kind, by.Path, by.Caller), "another construct") + " has it: give one of them another id",
	}
}

// ofTaken is a message of the CDK's about an id that is taken, with who has it where that is certain.
func ofTaken(message string) string {
	said := taken.FindStringSubmatch(message)
	id, scope := said[1], said[2]
	path := id
	if scope != "" {
		path = scope + "/" + id
	}
	var by made.Home
	if all := made.Ending(path); len(all) == 1 {
		by = all[0]
	}
	return Taken(id, scope, by).Error()
}
