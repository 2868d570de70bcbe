// Package training runs SageMaker training jobs: isolated, encrypted, inside the limits of their environment.
//
//	workflow := training.NewWorkflow(stack, "Churn", &training.WorkflowProps{
//		Environment: dev,
//		Network:     net,
//		Job: training.Job{
//			Image:           training.XGBoost("3.2-0"),
//			Inputs:          []training.Input{{Channel: "train", From: data.Prefix("train/"), ContentType: "text/csv"}},
//			Output:          models.Prefix("churn/"),
//			InstanceType:    "ml.m5.xlarge",
//			HyperParameters: map[string]string{"objective": "binary:logistic"},
//			Parameters:      []training.Parameter{training.Integer("num_round", 1, 1000)},
//		},
//	})
//
// A [Job] is a value: it is checked against the limits of its environment before anything is built. A [Workflow] is a
// Step Functions state machine that runs the job once for each execution. It checks the execution's input before
// anything is spent, retries what SageMaker refuses for the moment, and ends in one failure state with the reason.
//
// The container has neither network nor credentials: SageMaker moves the data. So nothing can be installed at run time;
// packages go into the image.
//
// What it costs: nothing while no job runs; a run costs its instances by the second.
package training
