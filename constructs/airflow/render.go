package airflow

import (
	"embed"
	"encoding/json"
	"strings"
	"text/template"

	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/names"
)

//go:embed dag.py.tmpl
var templates embed.FS

// dagTemplate has brackets where templates of Go have braces, which are Airflow's.
var dagTemplate = template.Must(template.New("dag.py.tmpl").Delims("[[", "]]").ParseFS(templates, "dag.py.tmpl"))

// content is what a DAG's file is rendered from.
type content struct {
	ID, Schedule string
	// Parameters are schemas by name, as JSON, and Request a request without what each run has of its own.
	Parameters, Request string
	// Native tells that the file runs a job by itself. Its names start with Job; Checkpoints is empty where none are kept.
	Native           bool
	Job, Checkpoints string
	LongestSeconds   int
	StateMachine     string
}

// File is the DAG as a file of Python, for Airflow 2.11 and 3. It may hold CDK tokens. It panics with one message that holds every
// problem when the DAG is wrong.
func (d DAG) File() string {
	fault.Check("airflow.DAG", d.validate(nil, ""))
	parameters := map[string]any{}
	for _, p := range d.parameters() {
		schema := p.Schema()
		if value, set := d.Settings[p.Name()]; set {
			schema["default"] = value
		}
		parameters[p.Name()] = schema
	}
	c := content{ID: d.ID, Schedule: d.Schedule, Parameters: asJSON(parameters)}
	if d.Job != nil {
		c.Native, c.Job, c.Checkpoints = true, names.Run(d.Job.Name, ""), d.Job.Checkpoints
		c.Request, c.LongestSeconds = asJSON(d.Job.Document), int(d.Job.Longest.Seconds())
	} else {
		c.StateMachine = *d.Workflow.StateMachine.StateMachineArn()
	}
	var text strings.Builder
	if err := dagTemplate.Execute(&text, c); err != nil {
		panic(err) // the template has the fields of content only
	}
	return text.String()
}

// asJSON is a value for Python to read from a raw text of three quotes, which JSON never holds.
func asJSON(v any) string {
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		panic(err) // it is made of texts, numbers and lists only
	}
	return strings.TrimSpace(text.String())
}
