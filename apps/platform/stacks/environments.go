package stacks

import "github.com/plinth-ml/plinth/constructs/environment"

// Environments is the table of all environments. What a row leaves out comes from the preset of its tier; accounts and
// regions come from the context: see [Build].
var Environments = []environment.Environment{
	{Name: "dev", Tier: environment.Development, AddressRange: "10.0.0.0/20", Owner: "ml-platform", CostCenter: "ml-dev"},
	{Name: "staging", Tier: environment.Staging, AddressRange: "10.1.0.0/20", Owner: "ml-platform", CostCenter: "ml-staging"},
	{Name: "prod", Tier: environment.Production, AddressRange: "10.2.0.0/18", Owner: "ml-platform", CostCenter: "ml-prod"},
}

// Tools is where packages and images come from: a stage of its own, in an account of its own where there is one.
var Tools = environment.Environment{
	Name: "tools", Tier: environment.Production, AZs: 1, AddressRange: "10.3.0.0/20", Owner: "ml-platform", CostCenter: "ml-tools",
}

// Airflow names the environments that have Airflow besides: a stack of its own, which is billed by the hour, whether or not anything
// runs, and ten more endpoints in at least two zones (docs/airflow.md). The context does the same: plinth:dev:airflow=true.
var Airflow []string

// AirflowServerless names the environments that have DAGs on MWAA Serverless besides: a stack of its own, of which nothing is billed while
// no DAG runs but its key, and five more endpoints in at least two zones (docs/airflow.md). The context does the same:
// plinth:dev:airflow=serverless.
var AirflowServerless []string

// HyperPod names the environments that have a HyperPod cluster besides: a stack of its own, whose machines are billed all the time
// (docs/hyperpod.md). The context does the same: plinth:dev:hyperpod=true.
var HyperPod []string
