package environment

import "github.com/plinth-ml/plinth/internal/principal"

func (e Environment) validateAdministrators() error {
	return principal.Validate("Administrators", e.Account, e.Administrators)
}
