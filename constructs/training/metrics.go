package training

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// What CreateTrainingJob takes of metrics and variables
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html).
const (
	maxMetrics     = 40
	maxVariableLen = 512
)

// Metric is a number that a container writes into its log.
type Metric struct {
	// Name is what it is called: "validation:auc". At most 255 characters.
	Name string
	// Regex finds it in the log, and the number in its first group: "validation-auc: ([0-9.]+)". 1 to 500 characters,
	// without line breaks, in SageMaker's own dialect, which has look-behind too: what it finds is not tried at synth
	// (https://docs.aws.amazon.com/sagemaker/latest/dg/define-train-metrics.html).
	Regex string
}

func (j Job) validateMetrics() error {
	var l problem.List
	switch {
	case len(j.Metrics) > 0 && j.Image.builtIn != "":
		l.Add("Metrics", len(j.Metrics), "none with a built-in algorithm", "it has its own")
	case len(j.Metrics) > maxMetrics:
		l.Add("Metrics", len(j.Metrics), fmt.Sprintf("at most %d", maxMetrics), "")
	}
	seen := map[string]bool{}
	for i, m := range j.Metrics {
		at := fmt.Sprintf("Metrics[%d]", i)
		model.MetricName.Check(&l, at+".Name", m.Name)
		if seen[m.Name] {
			l.Add(at+".Name", m.Name, "another name for each metric", "")
		}
		seen[m.Name] = true
		model.MetricRegex.Check(&l, at+".Regex", m.Regex)
		if !isClosed(m.Regex) {
			l.Add(at+".Regex", m.Regex, "an expression whose parentheses are closed, each after it was opened", "no dialect reads another one")
		}
	}
	return l.Err()
}

// ambiguous is what dialects read differently: literal text between \Q and \E, and brackets inside of brackets.
var ambiguous = regexp.MustCompile(`\\Q|\[\^?\]|\[[^\]]*\[`)

// isClosed tells whether every parenthesis of an expression is closed, in any dialect.
func isClosed(expression string) bool {
	if token.Is(expression) || ambiguous.MatchString(expression) {
		return true
	}
	open, inBrackets := 0, false
	for i := 0; i < len(expression); i++ {
		switch c := expression[i]; {
		case c == '\\':
			i++ // which is itself
		case c == '[':
			inBrackets = true
		case c == ']':
			inBrackets = false
		case c == '(' && !inBrackets:
			open++
		case c == ')' && !inBrackets:
			if open--; open < 0 {
				return false
			}
		}
	}
	return open == 0
}

// noteMetrics says in a note of the synthesis which metrics have no group to find their number in: AWS's documents do
// not say what it does with them.
func (j Job) noteMetrics(this constructs.Construct) {
	for i, m := range j.Metrics {
		if !token.Is(m.Regex) && !strings.Contains(m.Regex, "(") {
			awscdk.Annotations_Of(this).AddInfo(jsii.String(fmt.Sprintf("Job.Metrics[%d].Regex: %q has no group, in which SageMaker looks for the number: "+
				"put the number's part in parentheses", i, m.Regex)))
		}
	}
}

func (j Job) validateVariables() error {
	var l problem.List
	if n := len(j.variables()); n > model.Variables.Max {
		l.Add("Variables", n, fmt.Sprintf("at most %d%s", model.Variables.Max, j.withPackages()), "")
	}
	for _, name := range slices.Sorted(maps.Keys(j.Variables)) {
		value := j.Variables[name]
		at := fmt.Sprintf("Variables[%q]", name)
		model.VariableName.Check(&l, at, name)
		if name == supplychain.RepositoryVariable {
			l.Add(at, name, "any other name", "packages are installed from Job.Packages")
		}
		if !token.Is(value) && utf8.RuneCountInString(value) > maxVariableLen {
			l.Add(at, utf8.RuneCountInString(value), fmt.Sprintf("at most %d characters", maxVariableLen), "")
		}
	}
	return l.Err()
}

// withPackages says that one of the variables is Plinth's own.
func (j Job) withPackages() string {
	if !j.installs() {
		return ""
	}
	return " together with that of Packages"
}

// variables are those of the container.
func (j Job) variables() map[string]any {
	all := map[string]any{}
	for name, value := range j.Variables {
		all[name] = value
	}
	if j.installs() {
		all[supplychain.RepositoryVariable] = j.Packages.ARN
	}
	return all
}

// algorithm is the image, what it runs, and its metrics.
func (j Job) algorithm(w wiring) map[string]any {
	a := map[string]any{"TrainingInputMode": "File"}
	w.pushed.put(a, "TrainingImage", ofJob, w.imageURI)
	var metrics []any
	for _, m := range j.Metrics {
		metrics = append(metrics, map[string]any{"Name": m.Name, "Regex": m.Regex})
	}
	if len(metrics) > 0 {
		a["MetricDefinitions"] = metrics
	}
	putWords(a, j.EntryPoint, j.Arguments)
	return a
}

// Threshold is what a metric has to reach for a model to be registered: AtLeast or AtMost.
type Threshold struct {
	metric   string
	operator string
	bound    float64
}

// AtLeast holds a metric to a value or more.
func AtLeast(metric string, value float64) Threshold {
	return Threshold{metric: metric, operator: "NumericGreaterThanEquals", bound: value}
}

// AtMost holds a metric to a value or less.
func AtMost(metric string, value float64) Threshold {
	return Threshold{metric: metric, operator: "NumericLessThanEquals", bound: value}
}

// String says what it demands: "validation:auc of at least 0.8".
func (t Threshold) String() string {
	word := "least"
	if t.operator == "NumericLessThanEquals" {
		word = "most"
	}
	return fmt.Sprintf("%s of at %s %s", t.metric, word, plain(t.bound))
}

// validateGate checks the thresholds against the metrics that an image of one's own has.
func (j Job) validateGate(gate []Threshold) error {
	var l problem.List
	for i, t := range gate {
		j.checkMetric(&l, fmt.Sprintf("Gate[%d]", i), t.metric)
	}
	return l.Err()
}

// checkMetric adds what is wrong with the name of a metric that something waits for.
func (j Job) checkMetric(l *problem.List, at, name string) {
	switch {
	case name == "" || strings.ContainsAny(name, `'"\`):
		l.Add(at, name, "the name of a metric, without quotes and backslashes", "it is looked for by a path, which quotes it")
	case j.Image.builtIn != "" && !xgboostHas(name):
		l.Add(at, name, "train: or validation: and one of "+strings.Join(xgboostMetrics, ", "), "the built-in XGBoost measures nothing else")
	case j.Image.builtIn != "" && !j.measures(name):
		l.Add(at, name, "an input for it, whose Channel is "+xgboostValidation, "the built-in XGBoost measures train: without one")
	case j.Image.builtIn == "" && !slices.ContainsFunc(j.Metrics, func(m Metric) bool { return m.Name == name }):
		l.Add(at, name, "one of Job.Metrics", "SageMaker would never find it in the log")
	}
}
