package principal_test

import (
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/principal"
)

const (
	form    = `allowed: the ARN of a role or user, such as arn:aws:iam::111122223333:role/Admin; a session's ARN (sts, assumed-role) is not one: name its role`
	foreign = `allowed: a role or user of account 111122223333; another account shares by other fields`
	vague   = `allowed: a name of at least 3 letters besides *; it would stand for roles that nobody meant`
)

func TestValidate(t *testing.T) {
	const token = "${Token[TOKEN.7]}"
	tests := []struct {
		name, account, arn, want string // want is empty where the ARN is taken
	}{
		{"role", "111122223333", "arn:aws:iam::111122223333:role/Admin", ""},
		{"user", "111122223333", "arn:aws:iam::111122223333:user/ann@example.com", ""},
		{"role below a path", "111122223333", "arn:aws:iam::111122223333:role/service-role/Admin", ""},
		{"another partition", "111122223333", "arn:aws-us-gov:iam::111122223333:role/Admin", ""},
		{"an account that is not known", "", "arn:aws:iam::444455556666:role/Admin", ""},
		{"an account that is a token", token, "arn:aws:iam::444455556666:role/Admin", ""},
		{"a token", "111122223333", token, ""},
		{"an ARN with a token in it", "111122223333", "arn:aws:iam::" + token + ":role/*", ""},
		{"a permission set", "111122223333", "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*", ""},
		{"three letters", "111122223333", "arn:aws:iam::111122223333:role/Adm*", ""},

		{"another account", "111122223333", "arn:aws:iam::444455556666:role/Admin", foreign},
		{"two letters", "111122223333", "arn:aws:iam::111122223333:role/Ad*", vague},
		{"every role", "111122223333", "arn:aws:iam::111122223333:role/*", vague},
		{"every role of a path, however long", "111122223333", "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*", vague},
		{"two letters, apart", "111122223333", "arn:aws:iam::111122223333:role/*a*b*", vague},
		{"nothing", "111122223333", "", form},
		{"a name", "111122223333", "Admin", form},
		{"everybody", "111122223333", "*", form},
		{"the account itself", "111122223333", "arn:aws:iam::111122223333:root", form},
		{"a session", "111122223333", "arn:aws:sts::111122223333:assumed-role/Admin/ann", form},
		{"a group", "111122223333", "arn:aws:iam::111122223333:group/Admins", form},
		{"any account", "", "arn:aws:iam::*:role/Admin", form},
		{"no name", "111122223333", "arn:aws:iam::111122223333:role/", form},
		{"a single letter's wildcard", "111122223333", "arn:aws:iam::111122223333:role/Admin?", form},
		{"a policy's variable", "111122223333", "arn:aws:iam::111122223333:role/${aws:username}", form},
		{"two at once", "111122223333", "arn:aws:iam::111122223333:role/A arn:aws:iam::111122223333:role/B", form},
		{"a line more", "111122223333", "arn:aws:iam::111122223333:role/Admin\n", form},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := principal.Validate("Roles", test.account, []string{"arn:aws:iam::111122223333:role/" + strings.Repeat("a", 9), test.arn})
			got := ""
			if err != nil {
				got = strings.TrimSpace(err.Error())
			}
			if got != "" && test.want == "" || !strings.HasSuffix(got, test.want) || test.want != "" && !strings.HasPrefix(got, "- Roles[1]: got ") {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestValidateTellsAll(t *testing.T) {
	err := principal.Validate("Roles", "111122223333", []string{"a", "arn:aws:iam::444455556666:role/B", "arn:aws:iam::111122223333:role/*"})
	want := "  - Roles[0]: got \"a\"; " + form + "\n  - Roles[1]: got \"arn:aws:iam::444455556666:role/B\"; " + foreign +
		"\n  - Roles[2]: got \"arn:aws:iam::111122223333:role/*\"; " + vague
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if err := principal.Validate("Roles", "", nil); err != nil {
		t.Errorf("nobody: %v", err)
	}
}
