// Package synthtest synthesizes one stack for a test of a construct.
package synthtest

import (
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/assembly"
)

// Template is the template of a stack that build fills, in the given region; empty: environment-agnostic.
func Template(t *testing.T, region string, build func(stack awscdk.Stack)) assembly.Template {
	t.Helper()
	template, err := try(t, region, build)
	if err != nil {
		t.Fatal(err)
	}
	return template
}

// Error is the error of a stack that cannot be built; a stack that can be fails the test.
func Error(t *testing.T, region string, build func(stack awscdk.Stack)) error {
	t.Helper()
	_, err := try(t, region, build)
	if err == nil {
		t.Fatal("no error")
	}
	return err
}

// Findings are what the report of the synthesis has against the assembly of a stack that build fills.
func Findings(t *testing.T, build func(stack awscdk.Stack)) []assembly.Finding {
	t.Helper()
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir})
	build(awscdk.NewStack(app, jsii.String("Stack"), nil))
	failed := func() (failed bool) {
		defer func() { failed = recover() != nil }()
		app.Synth(nil)
		return false
	}()
	findings, err := assembly.Findings(dir)
	if err != nil {
		t.Fatal(err)
	}
	if failed != slices.ContainsFunc(findings, func(f assembly.Finding) bool { return !f.Warning() }) {
		t.Errorf("synthesis fails: %t, with %d findings", failed, len(findings))
	}
	return findings
}

func try(t *testing.T, region string, build func(stack awscdk.Stack)) (assembly.Template, error) {
	t.Helper()
	dir := t.TempDir()
	err := synth.App(&synth.Options{Dir: dir}, func(app awscdk.App) {
		props := &awscdk.StackProps{}
		if region != "" {
			props.Env = &awscdk.Environment{Account: jsii.String("111122223333"), Region: &region}
		}
		build(awscdk.NewStack(app, jsii.String("Stack"), props))
	})
	if err != nil {
		return assembly.Template{}, err
	}
	stacks, err := assembly.Read(dir)
	if err != nil {
		return assembly.Template{}, err
	}
	return stacks[0].Template, nil
}
