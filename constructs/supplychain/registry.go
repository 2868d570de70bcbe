package supplychain

import (
	"cmp"
	"strconv"

	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
)

// RegistryProps say how an account's registry looks at images. All fields may be left out.
type RegistryProps struct {
	// Chain is the one whose images are signed and scanned again and again. Zero: "ml".
	Chain Chain
	// SignatureYears is how long signatures count, 1 to 11 years. Zero: 5. It can't be changed: another number makes
	// another profile.
	SignatureYears int
}

const (
	defaultSignatureYears = 5
	maxSignatureYears     = 11 // AWS Signer's own default is 135 months
)

// Validate reports every problem of the props.
func (p *RegistryProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Chain", p.Chain.Validate())
	if p.SignatureYears < 0 || p.SignatureYears > maxSignatureYears {
		l.Add("SignatureYears", p.SignatureYears, "1 to 11, or 0 for 5", "")
	}
	return l.Err()
}

// Registry is how the registry of an account and region looks at images.
type Registry struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// SigningProfile is the ARN of the profile that images of the chain are signed with. Who pushes needs
	// signer:SignPayload on it (https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html).
	SigningProfile string

	chain string
}

// validateSigns reports that the registry signs no images of that chain, so that builds and copies end without a
// signature.
func (r *Registry) validateSigns(c Chain) error {
	if r == nil || r.chain == "" || r.chain == c.Name {
		return nil
	}
	return problem.Problem{
		Field: "Registry", Got: problem.Phrase("one of chain " + strconv.Quote(r.chain)), Allowed: "one of chain " + strconv.Quote(c.Name) + ", as the images",
		Fix: "it signs the images of its own chain alone: give supplychain.NewRegistry the images' Chain",
	}
}

// NewRegistry makes the registry scan every image that is pushed, packages of languages included, and those of the
// chain again whenever something becomes known; and sign those of the chain. An account and region has one such
// configuration, and a second one overwrites the first. Scanning is Amazon Inspector's, and billed by image. The props
// may be nil. It panics with one message that holds every problem when scope, id or props are wrong.
func NewRegistry(scope constructs.Construct, id string, props *RegistryProps) *Registry {
	return cdk.Build("supplychain.Registry", scope, id, props, newRegistry)
}

func newRegistry(this constructs.Construct, _ string, props *RegistryProps) *Registry {
	emitted := cdk.Emit(this, cdk.PathOf(this), props.resources())
	return &Registry{Construct: this, SigningProfile: emitted.Att("Profile", "Arn"), chain: props.Chain.resolved().Name}
}

func (p *RegistryProps) resources() cfn.Resources {
	name := p.Chain.resolved().Name
	scan := func(frequency, filter string) cfn.Properties {
		return cfn.Properties{"ScanFrequency": frequency, "RepositoryFilters": []any{cfn.Properties{"Filter": filter, "FilterType": "WILDCARD"}}}
	}
	return cfn.Resources{
		// Where two rules hold for a repository, continuous scanning wins; one for which none holds is not scanned at
		// all.
		"Scanning": {Type: "AWS::ECR::RegistryScanningConfiguration", Properties: cfn.Properties{
			"ScanType": "ENHANCED", "Rules": []any{scan("SCAN_ON_PUSH", "*"), scan("CONTINUOUS_SCAN", names.Repositories(name))},
		}},
		"Profile": cfn.Resource{Type: "AWS::Signer::SigningProfile", Properties: cfn.Properties{
			"PlatformId": "Notation-OCI-SHA384-ECDSA", "SignatureValidityPeriod": cfn.Properties{"Type": "YEARS", "Value": cmp.Or(p.SignatureYears, defaultSignatureYears)},
		}}.Stateful(true),
		"Signing": {Type: "AWS::ECR::SigningConfiguration", Properties: cfn.Properties{"Rules": []any{cfn.Properties{
			"SigningProfileArn": cfn.Att("Profile", "Arn"),
			"RepositoryFilters": []any{cfn.Properties{"Filter": names.Images(name, names.Any), "FilterType": "WILDCARD_MATCH"}},
		}}}},
	}
}
