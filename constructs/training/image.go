package training

import (
	"regexp"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Image is the container image that a job runs: XGBoost or ImageURI.
type Image struct {
	builtIn string // repository of the built-in algorithm
	version string
	uri     string
}

// XGBoost is SageMaker's built-in XGBoost of that version, such as "3.2-0" or a CDK token, from AWS's registry in the
// job's region (https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html).
func XGBoost(version string) Image { return Image{builtIn: "sagemaker-xgboost", version: version} }

// ImageURI is an image in a private ECR repository of the job's region:
// ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG, or @sha256:DIGEST.
func ImageURI(uri string) Image { return Image{uri: uri} }

var (
	versionPattern = regexp.MustCompile(`^[0-9]+\.[0-9]+-[0-9]+$`)
	uriPattern     = regexp.MustCompile(`^([0-9]{12})\.dkr\.ecr\.([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?)/([a-z0-9._/-]+)(:[\w.-]+|@sha256:[0-9a-f]{64})$`)
)

func (i Image) validate() error {
	var l problem.List
	switch {
	case i == Image{}:
		l.Add("Image", nil, "training.XGBoost(version) or training.ImageURI(uri)", "")
	case i.builtIn != "" && !token.Is(i.version) && !versionPattern.MatchString(i.version):
		l.Add("Image", i.version, "a version of the built-in XGBoost, such as 3.2-0", "")
	case i.builtIn == "" && !token.Is(i.uri) && !uriPattern.MatchString(i.uri):
		l.Add("Image", i.uri, "the URI of an image in a private ECR repository with a tag or digest: "+
			"ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG", "")
	}
	return l.Err()
}

// resolve gives the image's URI and the ARN of its repository. The registry is the account of the built-in images.
func (i Image) resolve(at location.Location, urlSuffix, registry string) (uri, repositoryARN string) {
	if i.builtIn != "" {
		uri = registry + ".dkr.ecr." + at.Region + "." + urlSuffix + "/" + i.builtIn + ":" + i.version
		return uri, location.Location{Partition: at.Partition, Region: at.Region, Account: registry}.ARN("ecr", "repository/"+i.builtIn)
	}
	if m := uriPattern.FindStringSubmatch(i.uri); m != nil {
		return i.uri, location.Location{Partition: at.Partition, Region: m[2], Account: m[1]}.ARN("ecr", "repository/"+m[4])
	}
	// A token: its repository is known only at deployment, so any of the account's own is allowed.
	return i.uri, at.ARN("ecr", "repository/*")
}
