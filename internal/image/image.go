// Package image knows references of images in private ECR registries.
package image

import (
	"regexp"

	"github.com/plinth-ml/plinth/internal/location"
)

// Allowed says what a reference looks like.
const Allowed = "the URI of an image in a private ECR repository with a tag or digest: ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG or @sha256:DIGEST"

const unknown = `\$\{Token\[[^}]*\]\}`

// pattern takes tokens in the place of account, region and suffix, and in name, tag and digest.
var pattern = regexp.MustCompile(`^([0-9]{12}|` + unknown + `)\.dkr\.ecr\.([a-z0-9-]+|` + unknown + `)\.(?:amazonaws\.com(?:\.cn)?|` + unknown +
	`)/((?:[a-z0-9._/-]|` + unknown + `)+)(?::((?:[\w.-]|` + unknown + `)+)|@(sha256:[0-9a-f]{64}|(?:sha256:)?` + unknown + `))$`)

// Reference is a reference, taken apart. Either the tag or the digest is empty.
type Reference struct{ Account, Region, Name, Tag, Digest string }

// Parse takes a reference apart, and tells whether it is one.
func Parse(uri string) (Reference, bool) {
	m := pattern.FindStringSubmatch(uri)
	if m == nil {
		return Reference{}, false
	}
	return Reference{Account: m[1], Region: m[2], Name: m[3], Tag: m[4], Digest: m[5]}, true
}

// Repository is the ARN of the image's repository.
func (r Reference) Repository(partition string) string {
	return location.Location{Partition: partition, Region: r.Region, Account: r.Account}.ARN("ecr", "repository/"+r.Name)
}
