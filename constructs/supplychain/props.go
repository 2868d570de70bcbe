package supplychain

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/plinth-ml/plinth/internal/props"
)

// PackagesProps say which packages there are, and for whom. All fields may be left out.
type PackagesProps struct {
	// Chain is their way to production. Zero: "ml", through dev, staging and prod.
	Chain Chain
	// Connections are the public indexes that the first stage may take packages from. Empty: PyPI. All other formats
	// are blocked.
	Connections []Connection
	// Internal are the patterns of the team's own packages, such as "/pypi//acme~" or "/npm/acme/*": what they hold for
	// never comes from a public index, whatever stands there. Empty: none, so that nothing can be published.
	Internal []string
	// Blocked are patterns of packages that nobody gets, such as typing errors that a stranger may have registered:
	// "/pypi//reqeusts$". Empty: none.
	Blocked []string
	// Key encrypts the packages; its policy must let the account's roles use it through CodeArtifact and make grants
	// for AWS's resources, which is added to a key of the app
	// (https://docs.aws.amazon.com/codeartifact/latest/ug/domain-create.html). It can never be changed: another one
	// replaces the domain, which stands in the way of the update. Nil: a key is made.
	Key awskms.IKey
}

// connections are those asked for, or PyPI.
func (p *PackagesProps) connections() []Connection {
	if len(p.Connections) == 0 {
		return []Connection{PyPI}
	}
	return p.Connections
}

// formats are those that packages come in: of the connections, and of the team's own.
func (p *PackagesProps) formats(internal []pattern) []format {
	return slices.DeleteFunc(slices.Clone(formats), func(f format) bool {
		connected := slices.ContainsFunc(f.connections, func(c Connection) bool { return slices.Contains(p.connections(), c) })
		return !connected && !slices.ContainsFunc(internal, func(i pattern) bool { return i.format == f.name })
	})
}

// Validate reports every problem of the props.
func (p *PackagesProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Chain", p.Chain.Validate())
	l.Include("", validateConnections(p.Connections))
	internal, err := parsePatterns("Internal", p.Internal)
	l.Include("", err)
	_, err = parsePatterns("Blocked", p.Blocked)
	l.Include("", err)
	for _, i := range internal {
		if slices.Contains(p.Blocked, i.text) {
			l.Add("Blocked", i.text, "no pattern of Internal", "a package is the team's own or nobody's")
		}
	}
	return l.Err()
}
