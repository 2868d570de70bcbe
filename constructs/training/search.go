package training

import (
	"fmt"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/problem"
)

// Search runs many jobs in the place of one, each with other values of the job's Parameters, and takes the best: of at
// most 30, with at most 30 texts of at most 256 characters each. On
// spot an interrupted job starts again from nothing: take it for short jobs
// (https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning.html). A guard needs the feature Tuning.
type Search struct {
	// Objective is the metric that is to become best: with the built-in XGBoost one of validation. Required.
	Objective string
	// Minimize looks for the least of it. The built-in XGBoost's errors and losses demand it, and its other metrics
	// refuse it (https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html). Off: for the most.
	Minimize bool
	// Jobs is how many are run at most, 1 to 750. Zero: 10.
	Jobs int
	// Parallel is how many of them at a time, 1 to 10, and at most Jobs. Zero: 2.
	Parallel int
}

const (
	defaultJobs, maxJobs         = 10, 750
	defaultParallel, maxParallel = 2, 10
)

// resolved is the search with its zero fields filled in; nil stays nil.
func (s *Search) resolved() *Search {
	if s == nil {
		return nil
	}
	r := *s
	if r.Jobs == 0 {
		r.Jobs = defaultJobs
	}
	if r.Parallel == 0 {
		r.Parallel = min(defaultParallel, r.Jobs)
	}
	return &r
}

// validate checks the search of a job. Its price counts every job.
func (s *Search) validate(j Job, e environment.Environment) error {
	var l problem.List
	r := s.resolved()
	j.checkMetric(&l, "Search.Objective", s.Objective)
	if j.Image.builtIn != "" {
		l.Include("", s.validateXGBoost(j))
	}
	if r.Jobs < 1 || r.Jobs > maxJobs {
		l.Add("Search.Jobs", s.Jobs, fmt.Sprintf("1 to %d, or 0 for %d", maxJobs, defaultJobs), "")
	}
	if r.Parallel < 1 || r.Parallel > maxParallel || r.Parallel > r.Jobs {
		l.Add("Search.Parallel", s.Parallel, fmt.Sprintf("1 to %d and at most Jobs, or 0 for %d", maxParallel, defaultParallel), "")
	}
	if len(j.Parameters) == 0 {
		l.Add("Job.Parameters", 0, "at least one, to look for", "")
	}
	j.validateRanges(&l)
	j.validateSearched(&l)
	limits := e.Resolved().Limits
	if of, usd, known := j.resolved(limits).price(limits.InstanceTypes); known && !l.Has("Search.Jobs") && usd*float64(r.Jobs) > limits.PricePerRun {
		l.Add("Search.Jobs", r.Jobs, fmt.Sprintf("a run of at most %g USD", limits.PricePerRun),
			fmt.Sprintf("%d jobs on %s can cost %.2f USD: take fewer, cheaper or shorter, or raise the environment's Limits.PricePerRun", r.Jobs, of, usd*float64(r.Jobs)))
	}
	return l.Err()
}

// validateRanges checks what is looked for
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ParameterRanges.html).
func (j Job) validateRanges(l *problem.List) {
	if n := len(j.Parameters); n > model.SearchedParameters.Max {
		l.Add("Job.Parameters", n, fmt.Sprintf("at most %d in a search", model.SearchedParameters.Max), "fix the others by HyperParameters")
	}
	for i, p := range j.Parameters {
		field := fmt.Sprintf("Job.Parameters[%d]", i)
		if n := len(p.allowed); n > model.SearchedTexts.Max {
			l.Add(field+".allowed", n, fmt.Sprintf("at most %s in a search", problem.Plural(model.SearchedTexts.Max, "text")), "")
		}
		for k, text := range p.allowed {
			model.SearchedText.Check(l, fmt.Sprintf("%s.allowed[%d]", field, k), text)
		}
		model.SearchedBound.Check(l, field+".bounds", plain(p.min))
		model.SearchedBound.Check(l, field+".bounds", plain(p.max))
	}
}

// validateSearched notes what a job of a search can't have.
func (j Job) validateSearched(l *problem.List) {
	if j.Checkpoints.Bucket != nil {
		l.Add("Job.Checkpoints", j.Checkpoints.Path, "none in a search", "AWS does not say that jobs side by side keep their checkpoints apart")
	}
	if n := len(j.variables()); n > model.SearchedVariables.Max {
		l.Add("Job.Variables", n, fmt.Sprintf("at most %d in a search%s", model.SearchedVariables.Max, j.withPackages()), "")
	}
	if j.KeepAlive > 0 {
		l.Add("Job.KeepAlive", j.KeepAlive, "none in a search", "it keeps its instances by itself")
	}
	const itself = "SageMaker takes it for jobs by themselves only: put it into the image"
	if len(j.EntryPoint) > 0 {
		l.Add("Job.EntryPoint", j.EntryPoint, "none in a search", itself)
	}
	if len(j.Arguments) > 0 {
		l.Add("Job.Arguments", j.Arguments, "none in a search", itself)
	}
	if len(j.Groups) > 0 {
		l.Add("Job.Groups", len(j.Groups), "none in a search", "AWS documents them for training jobs by themselves only: give InstanceType")
	}
}

// searchStage is the search. It is not tried again: what it has found would be lost, and paid for twice.
var searchStage = stage{name: stateSearch, begin: stateBeginTraining, first: stateNameSearch}

// addSearch adds the states that search, and describe the best job.
func addSearch(states map[string]any, j Job, w wiring) {
	states[stateNameSearch] = map[string]any{
		"Type": "Pass", "ResultPath": "$.name", "Next": stateSearch, // before the search, so that a retry has the same
		"Parameters": map[string]any{"of.$": "States.Format('" + names.Run(w.namePrefix, "{}") + "', States.ArrayGetItem(States.StringSplit(States.UUID(), '-'), 4))"},
	}
	rounds := (w.search.Jobs + w.search.Parallel - 1) / w.search.Parallel
	o := watched{
		of: "Search", api: "HyperParameterTuningJob", name: "$.name.of", seconds: rounds * int((max(j.MaxRuntime, j.MaxWait) + pendingTime).Seconds()),
		status: "HyperParameterTuningJobStatus", has: "BestTrainingJob.TrainingJobName", next: stateBest,
	}
	states[stateSearch] = o.runs(w.at, searchRequest(j, w, ofMachine), o.seconds)
	o.add(states, w.at)
	states[stateBest] = map[string]any{
		"Type": "Task", "Resource": "arn:" + w.at.Partition + ":states:::aws-sdk:sagemaker:describeTrainingJob",
		"Parameters": map[string]any{"TrainingJobName.$": describedPath + ".BestTrainingJob.TrainingJobName"},
		"ResultPath": describedPath, "Next": stateMeasured, "Catch": caught(failurePath, stateFailure), "Retry": asksAgain(),
	}
	addTrained(states, w)
}

// searchRequest is the request of CreateHyperParameterTuningJob
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html), but for its name:
// that of a job, and where to look.
func searchRequest(j Job, w wiring, d dialect) map[string]any {
	definition := common(j, w, d, j.Spot)
	definition["StaticHyperParameters"] = definition["HyperParameters"]
	delete(definition, "HyperParameters")
	delete(definition, "ProfilerConfig") // which it does not take
	delete(definition, "Tags")
	objective := map[string]any{"Type": "Maximize", "MetricName": w.search.Objective}
	if w.search.Minimize {
		objective["Type"] = "Minimize"
	}
	var whole, numbers, texts []any
	for _, p := range j.Parameters {
		bounds := map[string]any{"Name": p.name, "MinValue": plain(p.min), "MaxValue": plain(p.max)}
		switch {
		case p.allowed != nil:
			texts = append(texts, map[string]any{"Name": p.name, "Values": p.allowed})
		case p.whole:
			whole = append(whole, bounds)
		default:
			numbers = append(numbers, bounds)
		}
	}
	ranges := map[string]any{}
	for name, list := range map[string][]any{"IntegerParameterRanges": whole, "ContinuousParameterRanges": numbers, "CategoricalParameterRanges": texts} {
		if len(list) > 0 {
			ranges[name] = list
		}
	}
	return map[string]any{
		"HyperParameterTuningJobConfig": map[string]any{
			"Strategy": "Bayesian", "HyperParameterTuningJobObjective": objective, "ParameterRanges": ranges, "TrainingJobEarlyStoppingType": "Auto",
			"ResourceLimits": map[string]any{"MaxNumberOfTrainingJobs": w.search.Jobs, "MaxParallelTrainingJobs": w.search.Parallel},
		},
		"TrainingJobDefinition": definition,
		"Tags":                  tags(w.tags),
	}
}
