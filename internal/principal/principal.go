// Package principal knows the ARNs of roles and users that a user names.
package principal

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

var pattern = regexp.MustCompile(`^arn:aws[a-z-]*:iam::([0-9]{12}):(?:role|user)/([A-Za-z0-9+=,.@_*/-]+)$`)

// minLetters is how much of a name with a * in it must be said.
const minLetters = 3

// Validate reports every ARN that is not one of a role or user of the account. An empty account is not compared.
func Validate(field, account string, arns []string) error {
	var l problem.List
	for i, arn := range arns {
		if token.Is(arn) {
			continue
		}
		at := fmt.Sprintf("%s[%d]", field, i)
		found := pattern.FindStringSubmatch(arn)
		switch {
		case found == nil:
			l.Add(at, arn, "the ARN of a role or user, such as arn:aws:iam::111122223333:role/Admin",
				"a session's ARN (sts, assumed-role) is not one: name its role")
		case account != "" && !token.Is(account) && found[1] != account:
			l.Add(at, arn, "a role or user of account "+account, "another account shares by other fields")
		case strings.Contains(found[2], "*") && len(strings.ReplaceAll(last(found[2]), "*", "")) < minLetters:
			l.Add(at, arn, fmt.Sprintf("a name of at least %d letters besides *", minLetters), "it would stand for roles that nobody meant")
		}
	}
	return l.Err()
}

// last is the name after the path.
func last(name string) string { return name[strings.LastIndex(name, "/")+1:] }
