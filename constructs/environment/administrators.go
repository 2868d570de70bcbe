package environment

import "github.com/plinth-ml/plinth/internal/principal"

func (e Environment) validateAdministrators() error {
	account := e.Account
	if !accountPattern.MatchString(account) {
		account = "" // which is told of anyway
	}
	return principal.Validate("Administrators", account, e.Administrators)
}
