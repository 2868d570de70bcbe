package constructs_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/hyperpod"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/problem"
)

func TestMain(m *testing.M) { synth.TestMain(m) }

// constructor is one of the library's, with its types left out.
type constructor struct {
	// props are nil ones: a nil pointer of their type.
	props any
	make  func(scope constructs.Construct, id string, props any) any
}

func of[P, R any](f func(constructs.Construct, string, *P) *R) constructor {
	return constructor{(*P)(nil), func(scope constructs.Construct, id string, props any) any { return f(scope, id, props.(*P)) }}
}

// makeProps are new props of the constructor's.
func (c constructor) makeProps() any { return reflect.New(reflect.TypeOf(c.props).Elem()).Interface() }

// constructors are all of them, by name: the tests of this package hold for each.
var constructors = map[string]constructor{
	"access.NewAirflowRole":           of(access.NewAirflowRole),
	"access.NewAirflowServerlessRole": of(access.NewAirflowServerlessRole),
	"access.NewBreakGlass":            of(access.NewBreakGlass),
	"access.NewClusterRole":           of(access.NewClusterRole),
	"access.NewExecutionRole":         of(access.NewExecutionRole),
	"access.NewGuard":                 of(access.NewGuard),
	"access.NewLauncher":              of(access.NewLauncher),
	"access.NewOperator":              of(access.NewOperator),
	"access.NewPipelineRole":          of(access.NewPipelineRole),
	"access.NewVisitor":               of(access.NewVisitor),
	"airflow.NewEnvironment":          of(airflow.NewEnvironment),
	"airflow.NewServerless":           of(airflow.NewServerless),
	"hyperpod.NewCluster":             of(hyperpod.NewCluster),
	"network.NewIsolated":             of(network.NewIsolated),
	"storage.NewBackup":               of(storage.NewBackup),
	"storage.NewDataBucket":           of(storage.NewDataBucket),
	"storage.NewEFS":                  of(storage.NewEFS),
	"storage.NewExistingBucket":       of(storage.NewExistingBucket),
	"storage.NewFiles":                of(storage.NewFiles),
	"storage.NewKey":                  of(storage.NewKey),
	"storage.NewLustre":               of(storage.NewLustre),
	"supplychain.NewBuilder":          of(supplychain.NewBuilder),
	"supplychain.NewImages":           of(supplychain.NewImages),
	"supplychain.NewMirror":           of(supplychain.NewMirror),
	"supplychain.NewPackages":         of(supplychain.NewPackages),
	"supplychain.NewPromotion":        of(supplychain.NewPromotion),
	"supplychain.NewPullThrough":      of(supplychain.NewPullThrough),
	"supplychain.NewRegistry":         of(supplychain.NewRegistry),
	"training.NewExistingModelGroup":  of(training.NewExistingModelGroup),
	"training.NewModelGroup":          of(training.NewModelGroup),
	"training.NewPipeline":            of(training.NewPipeline),
	"training.NewRequest":             of(training.NewRequest),
	"training.NewWorkflow":            of(training.NewWorkflow),
}

// sources are the files of the library, without tests.
func sources(t *testing.T) []*ast.File {
	t.Helper()
	names, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, file)
	}
	return all
}

// A new constructor belongs into the table.
func TestEveryConstructorIsInTheTable(t *testing.T) {
	var want []string
	for _, file := range sources(t) {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "New") && f.Type.Params.NumFields() > 0 {
				want = append(want, file.Name.Name+"."+f.Name.Name)
			}
		}
	}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(constructors)); !slices.Equal(got, want) {
		t.Errorf("the table has\n%q, the packages\n%q", got, want)
	}
}

// validate asks props of any type for their problems.
func validate(props any) error {
	switch p := props.(type) {
	case interface{ Validate() error }:
		return p.Validate()
	case interface{ Validate(id string) error }:
		return p.Validate("X")
	}
	panic("no Validate: " + reflect.TypeOf(props).String())
}

// fieldsOf are the fields of the problems.
func fieldsOf(err error) []string {
	var all []string
	for _, e := range problem.All(err) {
		var p problem.Problem
		if !errors.As(e, &p) {
			p.Field = e.Error()
		}
		all = append(all, p.Field)
	}
	return all
}
