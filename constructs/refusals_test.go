package constructs_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// refusal is a check that refuses something: what, by which rule, and whose rule that is.
type refusal struct {
	// check is the package and the field, or the function in parentheses where the field is not written out.
	check string
	// rule says what is allowed.
	rule string
	// source is the page of AWS that has the rule, or "ours: " and the reason.
	source string
	// refused is what is said of a value that the check refuses, and accepted of the nearest that AWS takes.
	refused, accepted said
	// test is the test of the package that such a value is refused in, where that takes objects of the CDK: its file and
	// name. It wants a message that says what stands after them.
	test string
}

// said are the problems of a value, and the field that is looked at; empty: that of the check.
type said struct {
	err   error
	field string
}

// none is in the place of a value that is accepted, where the rule is ours and no value is near.
var none = said{field: "none"}

// at looks at another field than that of the check.
func (s said) at(field string) said { return said{s.err, field} }

// in is a refusal that a test of the package holds: "file_test.go TestName: what it says".
func in(test, check, rule, source string) refusal {
	return refusal{check: check, rule: rule, source: source, test: test}
}

// refusals are all of them.
var refusals = slices.Concat(refusalsOfEnvironments, refusalsOfNetworks, refusalsOfStorage, refusalsOfTraining, refusalsOfChains, refusalsOfClusters, refusalsOfAccess, refusalsOfAirflow)

var index = regexp.MustCompile(`\[[^\]]*\]|%s`)

// lastOf is the last part of a field, without an index: "Name" of "Groups[1].Name".
func lastOf(field string) string {
	field = strings.Trim(index.ReplaceAllString(field, ""), ".")
	return field[strings.LastIndex(field, ".")+1:]
}

// of tells whether a problem is that of the field.
func (s said) of(check string) bool {
	_, field, _ := strings.Cut(check, " ")
	if s.field != "" {
		field = s.field
	}
	return slices.ContainsFunc(fieldsOf(s.err), func(f string) bool { return f == field || lastOf(f) == field })
}

// What the table says is refused is, and the nearest value that AWS takes is not.
func TestRefusals(t *testing.T) {
	for i, r := range refusals {
		t.Run(strconv.Itoa(i)+" "+r.check, func(t *testing.T) {
			ours := strings.HasPrefix(r.source, "ours: ")
			if r.rule == "" || !ours && !strings.HasPrefix(r.source, "https://") {
				t.Errorf("rule %q, source %q", r.rule, r.source)
			}
			if r.test != "" {
				name, _, _ := strings.Cut(r.check, " ")
				if err := heldBy(name, r.test); err != nil {
					t.Error(err)
				}
				return
			}
			if !r.refused.of(r.check) {
				t.Errorf("nothing is refused: %v", r.refused.err)
			}
			if r.accepted.of(r.check) {
				t.Errorf("what AWS takes is refused: %v", r.accepted.err)
			}
			if !ours && r.accepted == none {
				t.Error("a rule of AWS, without a value that it takes")
			}
		})
	}
}

// heldBy is nothing if the test that is named below a folder wants the message.
func heldBy(folder, test string) error {
	where, says, _ := strings.Cut(test, ": ")
	file, name, _ := strings.Cut(where, " ")
	text, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		return err
	}
	_, body, found := strings.Cut(string(text), "\nfunc "+name+"(t *testing.T) {\n")
	body, _, _ = strings.Cut(body, "\n}\n")
	if !found || says == "" || !strings.Contains(body, says) {
		return fmt.Errorf("%s has no test %s that wants %q", file, name, says)
	}
	return nil
}

// tabled are the packages whose every check is in the table.
var tabled = []string{"access", "airflow", "catalog", "environment", "hyperpod", "network", "storage", "supplychain", "training"}

// A new check belongs into the table.
func TestEveryRefusalIsInTheTable(t *testing.T) {
	listed, found := map[string]bool{}, map[string]bool{}
	for _, r := range refusals {
		listed[r.check] = true
	}
	for _, file := range sources(t) {
		if !slices.Contains(tabled, file.Name.Name) {
			continue
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name != "text" { // which is given its field
				for _, field := range refusedBy(f) {
					found[file.Name.Name+" "+field] = true
				}
			}
		}
	}
	for _, check := range slices.Sorted(maps.Keys(found)) {
		if !listed[check] {
			t.Errorf("not in the table: %s", check)
		}
	}
	for _, check := range slices.Sorted(maps.Keys(listed)) {
		if !found[check] {
			t.Errorf("in the table, and nowhere else: %s", check)
		}
	}
	t.Logf("%d refusals, of %d checks", len(refusals), len(found))
}

// refusedBy are the fields that a function adds problems of.
func refusedBy(f *ast.FuncDecl) []string {
	var all []string
	add := func(e ast.Expr) {
		text := ""
		ast.Inspect(e, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				s, _ := strconv.Unquote(l.Value)
				text += s
			}
			return true
		})
		if text = lastOf(text); text == "" {
			text = "(" + f.Name.Name + ")"
		}
		all = append(all, text)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			switch called := n.Fun.(type) {
			case *ast.SelectorExpr: // l.Add, l.Note and arn.Validate
				switch name := called.Sel.Name; {
				case (name == "Add" || name == "Note") && len(n.Args) == 4:
					add(n.Args[0])
				case (name == "Validate" || name == "ValidateID") && len(n.Args) == 6, name == "Check" && len(n.Args) == 3: // of ARNs, ids and AWS's models
					add(n.Args[1])
				}
			case *ast.Ident: // text, which adds
				if called.Name == "text" && len(n.Args) == 5 {
					add(n.Args[1])
				}
			}
		case *ast.CompositeLit:
			if s, ok := n.Type.(*ast.SelectorExpr); !ok || s.Sel.Name != "Problem" {
				return true
			}
			for _, e := range n.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok && kv.Key.(*ast.Ident).Name == "Field" {
					add(kv.Value)
				}
			}
		}
		return true
	})
	return all
}
