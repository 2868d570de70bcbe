package storage

import (
	"regexp"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// What names of general purpose buckets are made of, and what those of access points and other buckets end with
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
var (
	namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	// legacyPattern is what names in us-east-1 could be until March 2018.
	legacyPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{3,255}$`)
	otherSuffixes = []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}
)

// legacyRegion is the region of the older names.
const legacyRegion = "us-east-1"

const (
	nameAllowed = "a bucket, arn:PARTITION:s3:::NAME, whose name has 3 to 63 lower-case letters, digits, dots and hyphens"
	nameFix     = "import the bucket itself, such as the one that an access point is of, by its name, with awss3.Bucket_FromBucketName"
)

// validateName refuses what no general purpose bucket of the region is called, and two names of one bucket.
func validateName(name, of, region string) error {
	var l problem.List
	bare := token.Pattern.ReplaceAllLiteralString(of, token.Start) // the rest of a token may have colons
	parts, whole := arn.Split(bare)
	switch {
	case whole && (parts[0] != "arn" || token.Differ(parts[2], "s3") || parts[3] != "" || parts[4] != "" || strings.Contains(parts[5], "/")),
		!whole && !token.Is(of):
		l.Add("Bucket", of, nameAllowed, nameFix)
	case !token.Is(name) && !named(name, region):
		l.Add("Bucket", name, nameAllowed, nameFix)
	case whole && token.Differ(parts[5], name):
		l.Add("Bucket", problem.Phrase("one named "+name+" with the ARN of "+parts[5]), "one bucket", "import it by its name alone, with awss3.Bucket_FromBucketName")
	}
	return l.Err()
}

// named tells whether a general purpose bucket of the region can have the name.
func named(name, region string) bool {
	switch {
	case slices.ContainsFunc(otherSuffixes, func(suffix string) bool { return strings.HasSuffix(name, suffix) }):
		return false
	case region == legacyRegion || token.Is(region):
		return legacyPattern.MatchString(name)
	}
	return namePattern.MatchString(name) // the CDK has looked at the dots
}
