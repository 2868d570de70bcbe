package constructs_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3deployment"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/assembly"
)

// What constructs expose can be used as it is meant to be without a warning of the CDK or a finding.
func TestUsesWithoutWarnings(t *testing.T) {
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir, AutoSynth: jsii.Bool(false)})
	stack := newStack(app)
	valid := validProps(stack)
	for id, machine := range map[string]awsstepfunctions.IStateMachine{
		"OfWorkflow":  training.NewWorkflow(stack, "W", valid["training.NewWorkflow"]().(*training.WorkflowProps)).StateMachine,
		"OfPromotion": supplychain.NewPromotion(stack, "P", valid["supplychain.NewPromotion"]().(*supplychain.PromotionProps)).StateMachine,
	} {
		awsevents.NewRule(stack, &id, &awsevents.RuleProps{
			Schedule: awsevents.Schedule_Expression(jsii.String("rate(1 day)")),
			Targets:  &[]awsevents.IRuleTarget{awseventstargets.NewSfnStateMachine(machine, nil)},
		})
	}
	data := storage.NewDataBucket(stack, "Deployed", &storage.DataBucketProps{Environment: dev})
	awss3deployment.NewBucketDeployment(stack, jsii.String("Deployment"), &awss3deployment.BucketDeploymentProps{
		DestinationBucket: data.Bucket, Sources: &[]awss3deployment.ISource{awss3deployment.Source_Data(jsii.String("a.txt"), jsii.String("x"), nil)},
	})
	own := awss3.NewBucket(stack, jsii.String("Own"), &awss3.BucketProps{ServerAccessLogsBucket: data.AccessLogs.Bucket})
	awscdk.Annotations_Of(own).AcknowledgeWarning(jsii.String("@aws-cdk/aws-s3:accessLogsPolicyNotAdded"), nil) // as the field says
	func() {
		defer func() { _ = recover() }() // what the CDK's own rules find is not what is looked for here
		app.Synth(nil)
	}()
	findings, err := assembly.Findings(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		t.Error(f)
	}
	stacks, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range stacks[0].Warnings {
		t.Errorf("%s: %s", w.Path, w.Text)
	}
}
