package cdk

import (
	"regexp"
	"strings"

	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
)

// takesARN are the fields that take ARNs, after the kind of construct where another one takes names.
var takesARN = regexp.MustCompile(`^access\.(Launcher|Operator) Workflows\[\d+\]$|[ .](ARN|ClusterARN|PackageRepositories\[\d+\]|ImageRepositories\[\d+\]|Repositories\[\d+\]|` +
	`Keys\[\d+\]|VolumeKeys\[\d+\]|OutsideRoles\[\d+\]|Administrators\[\d+\]|TrustedBy\[\d+\])$`)

// refNames are types of resources whose Ref is a name or an id, and not an ARN.
var refNames = map[string]bool{
	"AWS::ECR::Repository": true, "AWS::EKS::Cluster": true, "AWS::IAM::Role": true, "AWS::IAM::User": true, "AWS::KMS::Alias": true, "AWS::KMS::Key": true,
}

// namesOnly reports a token that is known to stand for the name or the id of a resource, in a field that takes ARNs.
func (v *visit) namesOnly(given any) {
	props.Texts(given, func(field, text string) {
		if !takesARN.MatchString(v.home.Kind+" "+field) || v.list.Has(field) {
			return
		}
		if r := referenceOf(text); r.isName() {
			v.list.Note(field, problem.Phrase("the "+r.attribute+" of "+Describe(text)), "an ARN", "take the ARN of the same resource")
		}
	})
}

// isName tells of a reference whether what it stands for is known to be a name or an id. What a resource of the user's
// own gives (Custom::), or a nested stack, is not known.
func (r reference) isName() bool {
	switch {
	case !strings.HasPrefix(r.typ, "AWS::") || strings.HasPrefix(r.typ, "AWS::CloudFormation::"):
		return false
	case r.attribute == "Ref":
		return refNames[r.typ]
	}
	return strings.HasSuffix(r.attribute, "Name") || strings.HasSuffix(r.attribute, "Id")
}
