package training

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/image"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Names of the states that choose the images of an execution.
const (
	stateImage  = "Image"
	statePushed = "PushedImage"
	stateUsual  = "UsualImages"
)

// imageField is where the input of an execution says by its digest which image was pushed, and where afterwards the
// images of its jobs are.
const imageField = "image"

// Names of the jobs of a workflow.
const (
	ofJob      = "Job"
	ofPrepare  = "Prepare"
	ofEvaluate = "Evaluate"
)

// pushed is the repository whose pushes start a workflow. The zero one is none.
type pushed struct {
	uri  string   // ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME
	name string   // NAME
	jobs []string // those that run what was pushed
}

// put writes the image of a job into a request: the one that was chosen, or the only one that there is.
func (p pushed) put(request map[string]any, field, job, uri string) {
	if slices.Contains(p.jobs, job) {
		request[field+".$"] = "$." + imageField + "." + job
		return
	}
	request[field] = uri
}

// addImageStates adds the states that choose the images of an execution, and go on to next: in the place of those of
// the repository the one that the input names by its digest, if it does. A digest is all that it can name.
func addImageStates(states map[string]any, w wiring, next string) {
	const given = "$." + imageField
	rule := func(operator string, value any) map[string]any {
		return map[string]any{"Variable": given, operator: value}
	}
	digest := []any{rule("IsPresent", true), rule("IsString", true), rule("StringMatches", "sha256:*")}
	for _, more := range []string{"sha256:*:*", "*/*", "*@*", "* *"} {
		digest = append(digest, map[string]any{"Not": rule("StringMatches", more)})
	}
	states[stateImage] = map[string]any{"Type": "Choice", "Default": stateImageRejected, "Choices": []any{
		map[string]any{"Not": rule("IsPresent", true), "Next": stateUsual},
		map[string]any{"And": digest, "Next": statePushed},
	}}
	usual, named := map[string]any{}, map[string]any{}
	for _, job := range w.pushed.jobs {
		usual[job] = w.imageOf(job)
		named[job+".$"] = fmt.Sprintf("States.Format('%s@{}', %s)", quoted(w.pushed.uri), given)
	}
	states[stateUsual] = map[string]any{"Type": "Pass", "Result": usual, "ResultPath": given, "Next": next}
	states[statePushed] = map[string]any{"Type": "Pass", "Parameters": named, "ResultPath": given, "Next": next}
	states[stateImageRejected] = map[string]any{
		"Type": "Pass", "Next": stateTellFailure, "Result": map[string]any{"outcome": map[string]any{
			"Class": classInput, "Error": stateInputRejected,
			"Cause": "Nothing was started. The input's " + imageField + " must be the digest of an image, sha256:DIGEST, or be left out.",
		}},
	}
}

const stateImageRejected = "ImageRejected"

// imageOf is the image that a job names.
func (w wiring) imageOf(job string) string {
	switch job {
	case ofPrepare:
		return w.prepare.imageURI
	case ofEvaluate:
		return w.evaluate.imageURI
	default:
		return w.imageURI
	}
}

// images are those of the jobs, by the names of the jobs.
func (p *WorkflowProps) images() map[string]Image {
	all := map[string]Image{ofJob: p.Job.Image}
	if p.Prepare != nil {
		all[ofPrepare] = p.Prepare.Image
	}
	if p.Evaluate != nil {
		all[ofEvaluate] = p.Evaluate.Image
	}
	return all
}

// pushed is the repository that the triggers listen to, and the jobs whose images come from it.
func (p *WorkflowProps) pushed() pushed {
	for _, t := range p.Triggers {
		if t.kind != newImage {
			continue
		}
		account, region, name := repositoryParts(t.repository)
		found := pushed{uri: account + ".dkr.ecr." + region + "." + *awscdk.Aws_URL_SUFFIX() + "/" + name, name: name, jobs: []string{ofJob}}
		images := p.images()
		for _, job := range []string{ofPrepare, ofEvaluate} {
			if i, ok := images[job]; ok && i.sameRepository(p.Job.Image) {
				found.jobs = append(found.jobs, job)
			}
		}
		return found
	}
	return pushed{}
}

// repositoryParts takes the ARN of a repository apart, or has CloudFormation do so where only the deployment knows it.
func repositoryParts(repository string) (account, region, name string) {
	if parts, ok := arn.Split(repository); ok {
		return parts[4], parts[3], strings.TrimPrefix(parts[5], "repository/")
	}
	part := func(n float64, separator string) string {
		return *awscdk.Fn_Select(jsii.Number(n), awscdk.Fn_Split(jsii.String(separator), jsii.String(repository), nil))
	}
	return part(4, ":"), part(3, ":"), part(1, ":repository/")
}

// sameRepository tells whether both images are certainly of one repository.
func (i Image) sameRepository(other Image) bool {
	a, known := image.Parse(i.uri)
	b, ok := image.Parse(other.uri)
	return i == other || known && ok && a.Account == b.Account && a.Region == b.Region && a.Name == b.Name
}

// isOf tells whether the image may be in a repository: what only the deployment knows may be anything, and what is no
// ARN is told elsewhere.
func (i Image) isOf(repository string) bool {
	if i.builtIn != "" {
		return false
	}
	parts, ok := arn.Split(repository)
	if !ok {
		return true
	}
	r, ok := image.Parse(i.uri)
	if !ok {
		return true
	}
	same := func(a, b string) bool { return token.Is(a) || token.Is(b) || a == b }
	return same(r.Region, parts[3]) && same(r.Account, parts[4]) && same("repository/"+r.Name, parts[5])
}

// validatePushed checks that a push is to the repository of the job's image, and to no second one.
func (p *WorkflowProps) validatePushed(n int) error {
	t := p.Triggers[n]
	if t.kind != newImage {
		return nil
	}
	var l problem.List
	for _, other := range p.Triggers[:n] {
		if other.kind == newImage && other.repository != t.repository {
			l.Add("", problem.Phrase(fmt.Sprintf("repository %q", t.repository)), "the repository of the other OnImage", "each push is what the job then runs")
		}
	}
	if !p.Job.Image.isOf(t.repository) {
		own := cmp.Or(p.Job.Image.uri, "which is AWS's "+p.Job.Image.builtIn)
		l.Add("", problem.Phrase(fmt.Sprintf("repository %q", t.repository)), "that of Job.Image, "+own,
			"each push is what the job then runs: name an image of that repository in Job.Image")
	}
	for i, parameter := range p.Job.Parameters {
		if parameter.name == imageField {
			l.Add(fmt.Sprintf("Job.Parameters[%d].name", i), imageField, "another name", "with OnImage the input tells there which image was pushed")
		}
	}
	return l.Err()
}
