package training

import (
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/image"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/model"
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
// ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG, or @sha256:DIGEST. One of them is required, though SageMaker takes
// :latest for neither: what runs stands in the code. A repository of another account has to let this one pull, and its
// key too: see docs/brought.md.
//
// A CDK token may stand for any part of it. One that is more than one part, such as a URI of SSM, hides the repository:
// the role that is made for the job may then pull from the repositories of its own account and region alone. For one of
// another account give the job a Role of access.NewExecutionRole with Repositories.
func ImageURI(uri string) Image { return Image{uri: uri} }

func (i Image) validate() error {
	var l problem.List
	switch {
	case i == Image{}:
		l.Add("Image", nil, "training.XGBoost(version) or training.ImageURI(uri)", "")
	case i.builtIn != "" && !token.Is(i.version) && !slices.Contains(xgboostVersions, i.version):
		l.Add("Image", i.version, "a version of the built-in XGBoost, such as 3.2-0: one of "+strings.Join(xgboostVersions, ", "),
			"name the image of another one, older or newer, with training.ImageURI")
	case i.builtIn == "" && !token.Is(i.uri):
		model.TrainingImage.Check(&l, "Image", i.uri)
		if _, ok := image.Parse(i.uri); !ok {
			fix := ""
			if _, untagged := image.Parse(i.uri + ":latest"); untagged {
				fix = "without one each run takes what was pushed last: write :latest if that is meant"
			}
			l.Add("Image", i.uri, image.Allowed, fix)
		}
	}
	return l.Err()
}

// resolve gives the image's URI and the ARN of its repository, which is empty where only the deployment knows it. The registry is the
// account of the built-in images.
func (i Image) resolve(at location.Location, urlSuffix, registry string) (uri, repositoryARN string) {
	if i.builtIn != "" {
		uri = registry + ".dkr.ecr." + at.Region + "." + urlSuffix + "/" + i.builtIn + ":" + i.version
		return uri, location.Location{Partition: at.Partition, Region: at.Region, Account: registry}.ARN("ecr", "repository/"+i.builtIn)
	}
	if r, ok := image.Parse(i.uri); ok {
		return i.uri, r.Repository(at.Partition)
	}
	return i.uri, "" // a token
}

// validateRegion refuses an image of another region than the job's: SageMaker pulls from its own only.
func (i Image) validateRegion(field, region string) error {
	r, ok := image.Parse(i.uri)
	if !ok || token.Is(r.Region) || token.Is(region) || r.Region == region {
		return nil
	}
	return problem.Problem{Field: field, Got: i.uri, Allowed: "an image in " + region + ", where the job runs", Fix: "push it to a repository there"}
}
