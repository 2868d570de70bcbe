package cdk

import (
	"errors"
	"reflect"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
)

// Build is what every constructor does. It checks scope, id and props, makes the construct that the parts stand in, and
// calls build with it, the id and a copy of the props, zero ones for nil.
//
// What is wrong becomes one [fault.Fault] that names the construct: what Validate finds, what build finds by [Check],
// and the errors of the CDK. Where faults are collected Build then returns an object of stand-ins, and so does every
// constructor that is given that object; else it panics with the fault.
func Build[P, C any](kind string, scope constructs.Construct, id string, given *P,
	build func(this constructs.Construct, id string, props *P) *C,
) *C {
	return BuildTables(kind, scope, id, given, func(*P) []string { return nil }, build)
}

// BuildTables is [Build] for objects that have tables: the keys are those that the object would have with the props,
// whatever is wrong with them.
func BuildTables[P, C any](kind string, scope constructs.Construct, id string, given *P, keys func(props *P) []string,
	build func(this constructs.Construct, id string, props *P) *C,
) *C {
	b := building{fault: &fault.Fault{Kind: kind}, scope: scope, id: id}
	props := new(P)
	if given != nil {
		*props = *given
	}
	var object *C
	if b.attempt(func() {
		if home, ok := b.check(given, props); ok {
			object = build(b.this, id, props)
			made.Record(object, home)
		}
	}); object != nil {
		return object
	}
	return standIn(reflect.TypeFor[C](), b.scopeOfFailed(), keys(props)).Interface().(*C)
}

// Do is what every method does that makes something, for the object whose method it is; see [Build]. A nil object is
// one that no constructor makes.
func Do(kind string, of any, action func()) {
	b := building{fault: &fault.Fault{Kind: kind}}
	if of == nil {
		b.attempt(action)
		return
	}
	if made.Failed(of) {
		return // whose own problems are reported
	}
	home, known := made.Of(of)
	b.fault.Path = home.Path
	b.attempt(func() {
		if !known {
			Check(receiverProblem(of))
		}
		action()
	})
}

// receiverProblem is that of a method's object that no constructor made.
func receiverProblem(of any) problem.Problem {
	p := made.Problem("receiver", reflect.TypeOf(of))
	if props.IsNil(of) {
		p.Got = problem.Phrase("a nil " + reflect.TypeOf(of).String())
	}
	return p
}

// Text is what every method does that asks a made object for a text; see [Do]. Of an object that could not be made, and
// where something is wrong, it is a token that stands for nothing.
func Text(kind string, of any, ask func() string) (text string) {
	told := false
	Do(kind, of, func() { text, told = ask(), true })
	if !told {
		text = *awscdk.Fn_Ref(jsii.String(couldNotBeBuilt))
		standInTexts[text] = true
	}
	return text
}

// Where is the location of a scope that a function is given, whose other arguments have those problems; see [Do]. It is
// empty when the scope is none.
func Where(kind string, scope constructs.Construct, others ...error) (at location.Location) {
	Do(kind, nil, func() {
		var l problem.List
		l.Include("", validateInStack(scope))
		for _, err := range others {
			l.Include("", err)
		}
		Check(l.Err())
		at = Location(scope)
	})
	return at
}

// Check ends what [Build] or [Do] called when something is wrong.
func Check(err error) {
	if err != nil {
		panic(&fault.Fault{Err: err})
	}
}

// building is one call of a constructor or a method.
type building struct {
	fault *fault.Fault
	scope constructs.Construct
	id    string
	this  constructs.Construct // nil until it is made
}

// depth counts the calls inside each other: what goes wrong in one that another construct made ends that one too.
var depth int

// attempt runs the action. A fault in it, or an error of the CDK, is completed and reported.
func (b *building) attempt(action func()) {
	if fault.Elsewhere() {
		b.fault.Path, b.fault.At = b.id, fault.Caller()
		b.fault.Err = problem.Problem{
			Field: "goroutine", Got: problem.Phrase("another one than the app's"), Allowed: "the goroutine that synth.Main calls build by",
			Fix: "make the constructs one after the other: the CDK in Go can't be used by several goroutines",
		}
		fault.Report(b.fault)
		return
	}
	depth++
	defer func() {
		depth--
		if r := recover(); r != nil {
			b.report(r)
		}
	}()
	action()
}

// report reports what the action panicked with, unless that is a Go run-time error, whose stack is what finds it, the
// end of the jsii runtime, or an error of the system that every construct would meet.
func (b *building) report(r any) {
	f := b.fault
	switch r := r.(type) {
	case *fault.Fault:
		if r.Kind != "" {
			f = r // of a construct inside
			break
		}
		f.Err = r.Err
	case interface{ RuntimeError() }:
		panic(r)
	case error:
		if fault.RuntimeEnded(r.Error()) || fault.OfSystem(r.Error()) != "" {
			panic(r) // which no construct is to blame for
		}
		f.Err = errors.New(fault.Explain(r.Error()))
	case string:
		f.Err = errors.New(fault.Explain(r))
	default:
		panic(r)
	}
	if f.At == "" {
		f.At = fault.Caller()
	}
	if depth > 0 {
		panic(f)
	}
	fault.Report(f)
}

// check panics with every problem of scope, id and props, and makes the construct. It is not ok when an object among
// the props could not be made: that is reported already.
func (b *building) check(given, props any) (home made.Home, ok bool) {
	var l problem.List
	scopeErr := validateInStack(b.scope)
	l.Include("", scopeErr)
	idErr := validateID(b.scope, b.id)
	l.Include("", idErr)
	id := b.id
	if idErr != nil {
		id = "x" // of which nothing more is said
	}
	if scopeErr != nil {
		l.Include("", validate(given, id))
		Check(l.Err())
	}
	b.fault.Path = Path(b.scope, b.id)
	p := placeOf(b.scope)
	if fault.IsOtherApp(p.app) {
		l.Add("scope", problem.Phrase("one in another app"), "one in the app that build is given",
			"only that one is synthesized: leave awscdk.NewApp out, and make all stacks in it")
	}
	v := visit{list: &l, place: p, home: made.Home{
		Kind: b.fault.Kind, Path: b.fault.Path, Caller: fault.Caller(), At: p.known(), App: p.app,
	}}
	validated := v.once(props, b.fault)
	v.partition()
	v.look(props)
	v.texts(props)
	v.namesOnly(props)
	v.arns(props)
	if !v.broken { // nothing can be asked of an object that is not whole
		l.Include("", validate(given, id))
	}
	validated()
	if idErr == nil {
		l.Include("", b.construct(p.app))
	}
	Check(l.Err())
	return v.home, !v.incomplete
}

// construct makes what the parts stand in, and reports an id that something else in the scope has.
func (b *building) construct(app constructs.IConstruct) (err error) {
	defer func() {
		if r := recover(); r != nil {
			said, is := r.(error)
			if !is || !fault.IsTaken(said.Error()) {
				panic(r)
			}
			by, _ := made.Around(app, b.fault.Path)
			if by.Path != b.fault.Path {
				by = made.Home{}
			}
			err = fault.Taken(b.id, Path(b.scope, ""), by)
		}
	}()
	b.this = constructs.NewConstruct(b.scope, &b.id)
	return nil
}

// validate asks the props for their problems.
func validate(given any, id string) error {
	switch p := given.(type) {
	case interface{ Validate() error }:
		return p.Validate()
	case interface{ Validate(id string) error }:
		return p.Validate(id)
	}
	panic("props without Validate: " + reflect.TypeOf(given).String())
}
