// Package airflow makes a private Airflow environment of MWAA, or none with MWAA Serverless, and the DAGs that train in it: one starts a
// workflow, one runs a job by itself. Both are rendered from the same training.Job.
//
//	request := training.NewRequest(stack, "Job", &training.RequestProps{Environment: dev, Network: net, Job: job})
//	airflow.NewEnvironment(stack, "Airflow", &airflow.EnvironmentProps{
//		Environment: dev, Network: net, Guard: guard, // the network has the capability network.Airflow, and two zones
//		DAGs: []airflow.DAG{
//			{ID: "churn", Workflow: workflow, Schedule: "0 6 * * 1", Settings: map[string]any{"num_round": 100}},
//			{ID: "churn_by_itself", Job: request},
//		},
//		Requirements: airflow.Requirements{Lock: lock, From: chain.Repository(stack, "dev", "", "")},
//	})
//
// Choose it where many things besides training are scheduled together, by people who know Airflow. For one workflow on a schedule
// a training.Workflow with its Triggers does the same, and costs nothing while it waits: docs/airflow.md compares them.
//
// # What it makes
//
// The web server answers inside the VPC only, from a security group that nothing else is in. Environment, logs, queue and bucket are encrypted by one key. The execution role may do
// what MWAA needs, and start exactly the workflows and jobs of the DAGs, under the guard. All five logs are on.
//
// A run's parameters are those of the job with their bounds, so that Airflow refuses what the workflow would. A run has one job at a
// time: its name is made from the run and the attempt, and an attempt stops the one before. The last task of a DAG stops what still
// runs; Airflow runs it too when a run is marked as failed. A job that was stopped is a failure.
//
// Packages come from CodeArtifact or from wheels, each with one version and its hashes. An option in the lock, such as another index,
// is refused at synthesis.
//
// # What it costs
//
// An environment is billed by the hour, whether or not anything runs: some 360 USD a month for Small (unverified), and Micro less, which
// is not known. Besides: 10 interface endpoints (7.30 USD a month and zone each in us-east-1), a key (1 USD), the storage of the metadata
// database, workers besides the first. [Class.PricePerMonth] says what is known.
//
// # What it does not do
//
// A failed installation of packages leaves an environment without them, which only the logs named requirements_install tell. Nothing is
// stopped by deleting a run. Log groups are MWAA's: they never expire, and stay when the environment goes. No endpoint is made for people: they come by a VPN or the like.
//
// # MWAA Serverless
//
// [NewServerless] runs the same DAGs without an environment: nothing is billed while none runs but a key and five endpoints. A run takes no
// parameters, a job ends within four hours, and a run that is stopped leaves its job running.
package airflow
