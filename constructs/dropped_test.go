package constructs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/synth"
)

// drops tells whether the CDK drops what is granted on an object to a principal without policies in the app: the object
// has no policy for it either. It leaves no trace in the template, so that the fields say it.
func drops(object any) bool {
	_, machine := object.(awsstepfunctions.IStateMachine)
	_, role := object.(awsiam.IRole)
	return machine || role
}

// What is granted on an exposed object is added somewhere, to whomever it is granted, but where the fields say that it
// is not.
func TestGrantsThatAreDropped(t *testing.T) {
	const elsewhere = "arn:aws:iam::999988887777:role/x"
	tried, dropped := 0, 0
	err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
		stack := newStack(app)
		objects := exposed(built(stack))
		here := role(stack, "Grantee")
		bare := map[string]awsiam.IPrincipal{
			"account": awsiam.NewAccountPrincipal(jsii.String("999988887777")), "service": service("lambda"), "ARN": awsiam.NewArnPrincipal(jsii.String(elsewhere)),
			"organization": awsiam.NewOrganizationPrincipal(jsii.String("o-a1b2c3d4e5")),
		}
		seen := map[any]bool{}
		for _, o := range objects {
			if seen[o.value] {
				continue
			}
			seen[o.value] = true
			for name, grant := range grantsOf(o.value) {
				if !*grant(here).Success() {
					t.Errorf("%s.%s to a role of the app is dropped", o.at, name)
				}
				for kind, to := range bare {
					tried++
					lost := !*grant(to).Success()
					if lost {
						dropped++
					}
					if lost != drops(o.value) {
						t.Errorf("%s.%s to an %s is dropped: %t", o.at, name, kind, lost)
					}
				}
			}
		}
	})
	if err == nil || !strings.Contains(err.Error(), "AccessRefused") { // of what reaches the bucket's policy and is denied there
		t.Errorf("error %v", err)
	}
	if dropped == 0 || dropped == tried {
		t.Errorf("%d of %d grants are dropped", dropped, tried)
	}
}

// grantsOf are the methods of an object that grant something, by their names.
func grantsOf(object any) map[string]func(to awsiam.IPrincipal) awsiam.Grant {
	all := map[string]func(to awsiam.IPrincipal) awsiam.Grant{}
	v := reflect.ValueOf(object)
	for i := range v.NumMethod() {
		m := v.Type().Method(i)
		if !strings.HasPrefix(m.Name, "Grant") || m.Type.NumIn() < 2 || m.Type.NumOut() != 1 || m.Type.Out(0) != reflect.TypeFor[awsiam.Grant]() ||
			!reflect.TypeFor[awsiam.IPrincipal]().AssignableTo(m.Type.In(1)) || m.Name == "GrantReplicationPermission" { // which needs more
			continue
		}
		all[m.Name] = func(to awsiam.IPrincipal) awsiam.Grant {
			given := []reflect.Value{reflect.ValueOf(to)}
			switch {
			case m.Type.IsVariadic() && m.Type.In(m.Type.NumIn()-1) == reflect.TypeFor[[]*string](): // actions
				given = append(given, reflect.ValueOf(jsii.String("s3:GetObject")))
			case m.Type.NumIn() > 2:
				for j := 2; j < m.Type.NumIn(); j++ {
					given = append(given, reflect.Zero(m.Type.In(j)))
				}
			}
			return v.Method(i).Call(given)[0].Interface().(awsiam.Grant)
		}
	}
	return all
}

// A field with such an object says that grants on it can be dropped, and how to see it.
func TestFieldsSayWhatIsDropped(t *testing.T) {
	dropping := regexp.MustCompile(`^(awsiam\.IRole|awsstepfunctions\.IStateMachine)$`)
	files, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			declared, ok := n.(*ast.TypeSpec)
			if !ok || !declared.Name.IsExported() || strings.HasSuffix(declared.Name.Name, "Props") {
				return true
			}
			s, ok := declared.Type.(*ast.StructType)
			if !ok {
				return true
			}
			for _, f := range s.Fields.List {
				if len(f.Names) > 0 && f.Names[0].IsExported() && dropping.MatchString(typeText(f.Type)) {
					found++
					if doc := f.Doc.Text(); !strings.Contains(doc, "dropped") || !strings.Contains(doc, "Success") {
						t.Errorf("%s: %s.%s does not say that grants on it can be dropped", name, declared.Name.Name, f.Names[0].Name)
					}
				}
			}
			return true
		})
	}
	if found == 0 {
		t.Error("no such field")
	}
}
