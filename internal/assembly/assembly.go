// Package assembly reads what cdk synth wrote: the stacks of every stage, with their templates. It is pure Go.
package assembly

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Stack is one stack of an assembly.
type Stack struct {
	// Path is the stack's construct path: "dev/Foundation".
	Path string
	// StackName is its name in the account.
	StackName string
	// Account and Region are where it is deployed to; empty where that is decided at deployment.
	Account, Region string
	// Nested tells what it is a nested stack of; nil: of none.
	Nested *Nested
	// Bytes is the size of its template.
	Bytes int
	// Warnings are what its constructs warn of.
	Warnings []Warning
	// Notes are what they tell besides.
	Notes []Warning
	// Template is its CloudFormation template.
	Template Template
}

// Nested is what a stack has that is nested in another one.
type Nested struct {
	// In is the path of the other one, ID the logical id that it has there, and Outermost the path of the one that is
	// nested in none.
	In, ID, Outermost string
	// Parameters are what it is given there.
	Parameters map[string]any
}

// Stage is the part of the path above the stack: "dev"; empty for a stack right in the app.
func (s Stack) Stage() string {
	if s.Nested != nil {
		s.Path = s.Nested.Outermost
	}
	stage, _ := s.cut()
	return stage
}

// Name is the last part of the path: "Foundation".
func (s Stack) Name() string {
	_, name := s.cut()
	return name
}

func (s Stack) cut() (stage, name string) {
	i := strings.LastIndex(s.Path, "/")
	if i < 0 {
		return "", s.Path
	}
	return s.Path[:i], s.Path[i+1:]
}

// Template is a CloudFormation template, as far as it is looked at.
type Template struct {
	Resources map[string]Resource
	Outputs   map[string]Output
	// Mappings are tables, by name, first key and second key.
	Mappings map[string]map[string]map[string]any
	// Transform names the macros that CloudFormation has rewrite the template: one or a list.
	Transform any
}

// Output is one output of a template.
type Output struct {
	Description string
	Value       any
	// Export is the name under which other stacks import it.
	Export struct{ Name any }
}

// Warning is what a construct warns of.
type Warning struct {
	// Path is the construct path, and Text what is said.
	Path, Text string
}

// Resource is one resource of a template.
type Resource struct {
	Type           string
	Properties     map[string]any
	Metadata       map[string]any
	DeletionPolicy string
	// UpdateReplacePolicy says what happens to the old resource when an update replaces it.
	UpdateReplacePolicy string
	// DependsOn are the logical ids that it waits for besides those that it refers to: a text or a list.
	DependsOn any
}

// Path is the construct path of the resource; empty without path metadata.
func (r Resource) Path() string {
	path, _ := r.Metadata["aws:cdk:path"].(string)
	return path
}

// OfType lists the logical ids of all resources of a type, sorted.
func (t Template) OfType(typ string) []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		if t.Resources[id].Type == typ {
			ids = append(ids, id)
		}
	}
	return ids
}

// manifest is the part of a manifest.json that leads to templates.
type manifest struct {
	Artifacts map[string]struct {
		Type        string `json:"type"`
		DisplayName string `json:"displayName"`
		Environment string `json:"environment"` // aws://ACCOUNT/REGION
		Metadata    string `json:"additionalMetadataFile"`
		Properties  struct {
			StackName     string `json:"stackName"`
			TemplateFile  string `json:"templateFile"`
			DirectoryName string `json:"directoryName"`
		} `json:"properties"`
	} `json:"artifacts"`
}

// Read reads the assembly in dir and those nested in it, sorted by path.
func Read(dir string) ([]Stack, error) {
	var m manifest
	if err := readJSON(filepath.Join(dir, "manifest.json"), &m); err != nil {
		return nil, err
	}
	var stacks []Stack
	for _, id := range slices.Sorted(maps.Keys(m.Artifacts)) {
		switch a := m.Artifacts[id]; a.Type {
		case "cdk:cloud-assembly":
			nested, err := Read(filepath.Join(dir, a.Properties.DirectoryName))
			if err != nil {
				return nil, err
			}
			stacks = append(stacks, nested...)
		case "aws:cloudformation:stack":
			s := Stack{Path: a.DisplayName, StackName: cmp.Or(a.Properties.StackName, id)} // which is left out where it is the id
			account, region, _ := strings.Cut(strings.TrimPrefix(a.Environment, "aws://"), "/")
			if account != "unknown-account" {
				s.Account = account
			}
			if region != "unknown-region" {
				s.Region = region
			}
			if s.Path == "" {
				s.Path = id
			}
			if err := s.readTemplate(filepath.Join(dir, a.Properties.TemplateFile)); err != nil {
				return nil, err
			}
			known := metadata{}
			if a.Metadata != "" {
				if err := readJSON(filepath.Join(dir, a.Metadata), &known); err != nil {
					return nil, err
				}
			}
			s.take(known)
			stacks = append(stacks, s)
			nested, err := s.readNested(dir, known)
			if err != nil {
				return nil, err
			}
			stacks = append(stacks, nested...)
		}
	}
	slices.SortFunc(stacks, func(a, b Stack) int { return strings.Compare(a.Path, b.Path) })
	return stacks, nil
}

// metadata is what a file tells of constructs, by their paths.
type metadata map[string][]struct {
	Type string
	Data any
}

// take takes from metadata what is of the stack: warnings, notes, and the paths of resources whose own metadata leaves them
// out. What is of a stack that is nested in it is that one's.
func (s *Stack) take(m metadata) {
	for _, path := range slices.Sorted(maps.Keys(m)) {
		construct := strings.TrimPrefix(path, "/")
		if s.Nested != nil && !strings.HasPrefix(construct, s.Path+"/") {
			continue
		}
		for _, entry := range m[path] {
			text, _ := entry.Data.(string)
			switch entry.Type {
			case "aws:cdk:warning":
				s.Warnings = append(s.Warnings, Warning{Path: construct, Text: text})
			case "aws:cdk:info":
				s.Notes = append(s.Notes, Warning{Path: construct, Text: text})
			case "aws:cdk:logicalId":
				if r, ok := s.Template.Resources[text]; ok && r.Path() == "" {
					if r.Metadata == nil {
						r.Metadata = map[string]any{}
					}
					r.Metadata["aws:cdk:path"] = construct
					s.Template.Resources[text] = r
				}
			}
		}
	}
}

func (s *Stack) readTemplate(file string) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	s.Bytes = int(info.Size())
	return readJSON(file, &s.Template)
}

func readJSON(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
