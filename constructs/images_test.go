package constructs_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/fault"
)

// An image that only the deployment knows is taken where any other is, in a stack whose account and region are known
// too.
func TestImagesOfTheDeployment(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		valid := validProps(stack)
		repository := awsecr.NewRepository(stack, jsii.String("Repository"), nil)
		parameter := awscdk.NewCfnParameter(stack, jsii.String("Parameter"), nil).ValueAsString()
		before := len(unwrapped(faults))
		for _, uri := range []string{*parameter, *repository.RepositoryUriForTag(jsii.String("1")), account + ".dkr.ecr." + region + ".amazonaws.com/" + *parameter} {
			image := training.ImageURI(uri)
			processing := func(props any) *training.Processing {
				job := props.(*training.WorkflowProps).Job
				return &training.Processing{Image: image, Inputs: []training.Input{{Channel: "raw", From: job.Inputs[0].From}}, Output: job.Output, InstanceType: job.InstanceType}
			}
			job := valid["training.NewWorkflow"]().(*training.WorkflowProps)
			job.Job.Image = image
			prepared := valid["training.NewWorkflow"]().(*training.WorkflowProps)
			prepared.Prepare, prepared.Evaluate = processing(prepared), processing(prepared)
			prepared.Evaluate.Inputs = nil
			pipeline := valid["training.NewPipeline"]().(*training.PipelineProps)
			pipeline.Job.Image = image
			request := valid["training.NewRequest"]().(*training.RequestProps)
			request.Job.Image = image
			training.NewWorkflow(stack, fmt.Sprint("Image", next()), job)
			training.NewWorkflow(stack, fmt.Sprint("Image", next()), prepared)
			training.NewPipeline(stack, fmt.Sprint("Image", next()), pipeline)
			training.NewRequest(stack, fmt.Sprint("Image", next()), request)
		}
		for _, err := range unwrapped(faults)[before:] {
			t.Error(err)
		}
	})
}
