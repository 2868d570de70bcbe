// Package stacks is the reference app: one stage for each environment, and in it a stack for what is kept and one for
// what can be replaced at will; and one for the tools, where packages and images come from.
package stacks

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/problem"
)

// Build fills the app with a stage for the [Tools] and one for each of [Environments]. Accounts and regions come from the context
// (plinth:dev:account, plinth:dev:region, and so on, in cdk.json or by -c); where none is given the stage can be
// deployed to any.
func Build(app awscdk.App) {
	all, o, err := withContext(app, append(slices.Clone(Environments), Tools))
	environments, tools := all[:len(all)-1], all[len(all)-1]
	chain := newSupplyChain(environments, tools)
	var l problem.List
	l.Include("", err)
	l.Include("", environment.ValidateSet(all))
	l.Include("", chain.validate(environments))
	if err := l.Err(); err != nil {
		panic(fmt.Errorf("the environments of apps/platform/stacks/environments.go can't be built:\n%w", err))
	}
	newTools(app, chain)
	for _, e := range environments {
		newStage(app, e, chain, o)
	}
}

func newStageOf(app awscdk.App, e environment.Environment) awscdk.Stage {
	return awscdk.NewStage(app, &e.Name, &awscdk.StageProps{
		Env: &awscdk.Environment{Account: orNil(e.Account), Region: orNil(e.Region)},
	})
}

// newStage makes the stage of one environment, with or without Airflow, which needs two zones, serverless too, and HyperPod.
func newStage(app awscdk.App, e environment.Environment, chain supplyChain, o options) {
	airflow, serverless, hyperpod := slices.Contains(o.airflow, e.Name), slices.Contains(o.serverless, e.Name), slices.Contains(o.hyperpod, e.Name)
	stage := newStageOf(app, e)
	capabilities := []network.Capability{network.Training}
	if airflow || serverless {
		e.AZs = max(e.Resolved().AZs, 2)
	}
	if airflow {
		capabilities = append(capabilities, network.Airflow)
	}
	if serverless {
		capabilities = append(capabilities, network.AirflowServerless)
	}
	if hyperpod {
		capabilities = append(capabilities, network.HyperPod)
	}
	foundation := newFoundation(stage, e, chain, capabilities)
	workflow, operator := newTraining(stage, e, foundation)
	if airflow {
		newAirflow(stage, e, foundation, workflow, operator)
	}
	if serverless {
		newAirflowServerless(stage, e, foundation, workflow, operator)
	}
	if hyperpod {
		newHyperPod(stage, e, foundation)
	}
	foundation.guard.Protect(stage)
	writeSCPs(*stage.Outdir(), e)
}

// writeSCPs writes the guard for the organization's team: service control policies, as files beside the stage's templates.
func writeSCPs(dir string, e environment.Environment) {
	documents, err := access.SCP(&access.GuardProps{Environment: e, Features: features})
	for i, d := range documents {
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, fmt.Sprintf("guard-scp-%d.json", i+1)), []byte(d), 0o600)
		}
	}
	if err != nil {
		panic(fmt.Errorf("the service control policies of %s: %w", e.Name, err))
	}
}

// stackProps are the same for every stack of an environment.
func stackProps(e environment.Environment, description string, protected bool) *awscdk.StackProps {
	tags := map[string]*string{}
	for key, value := range e.Tags() {
		tags[key] = jsii.String(value)
	}
	return &awscdk.StackProps{
		Description:           jsii.String("Plinth " + e.Name + ": " + description),
		TerminationProtection: jsii.Bool(protected),
		Tags:                  &tags,
	}
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
