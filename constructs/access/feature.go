package access

import (
	"fmt"
	"slices"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/internal/problem"
)

// Feature is a part of SageMaker that a guard lets be used. Training is always among them; what is not asked for is denied.
type Feature string

// The features.
const (
	Training   Feature = "Training"
	Tuning     Feature = "Tuning"
	Processing Feature = "Processing"
	Transform  Feature = "Transform"
	Hosting    Feature = "Hosting"
	Notebooks  Feature = "Notebooks"
	Studio     Feature = "Studio"
	AutoML     Feature = "AutoML"
	Monitoring Feature = "Monitoring"
	Labeling   Feature = "Labeling"
	// Customization is SageMaker's own jobs that adapt foundation models.
	Customization Feature = "Customization"
	HyperPod      Feature = "HyperPod"
)

// featureActions are the actions that start or change what costs and computes, by feature.
var featureActions = []struct {
	feature Feature
	actions []string
}{
	{Training, []string{"CreateTrainingJob", "UpdateTrainingJob"}},
	{Tuning, []string{"CreateHyperParameterTuningJob"}},
	{Processing, []string{"CreateProcessingJob"}},
	{Transform, []string{"CreateModel", "CreateTransformJob"}},
	{Hosting, []string{"CreateModel", "CreateEndpointConfig", "CreateEndpoint", "UpdateEndpoint", "CreateInferenceComponent"}},
	{Notebooks, []string{"CreateNotebookInstance", "UpdateNotebookInstance"}},
	{Studio, []string{"CreateDomain", "UpdateDomain", "CreateUserProfile", "UpdateUserProfile", "CreateSpace", "UpdateSpace", "CreateApp"}},
	{AutoML, []string{"CreateAutoMLJob", "CreateAutoMLJobV2"}},
	{Monitoring, []string{"CreateDataQualityJobDefinition", "CreateModelBiasJobDefinition", "CreateModelExplainabilityJobDefinition",
		"CreateModelQualityJobDefinition", "CreateMonitoringSchedule", "UpdateMonitoringSchedule"}},
	{Labeling, []string{"CreateLabelingJob"}},
	{Customization, []string{"CreateJob"}},
	{HyperPod, []string{"CreateCluster", "UpdateCluster"}},
}

// unheld are actions that start what costs and computes, and whose requests say nothing that could be held to anything.
var unheld = []string{
	"CreateAIBenchmarkJob", "CreateAIRecommendationJob", "CreateCompilationJob", "CreateEdgePackagingJob", "CreateFlowDefinition",
	"CreateInferenceExperiment", "CreateInferenceRecommendationsJob", "CreateMlflowApp", "CreateMlflowTrackingServer",
	"CreateOptimizationJob", "CreatePartnerApp", "CreateReservedCapacity", "CreateTrainingPlan",
}

// Features lists all features.
func Features() []Feature {
	var all []Feature
	for _, f := range featureActions {
		all = append(all, f.feature)
	}
	return all
}

func validateFeatures(features []Feature) error {
	var l problem.List
	for i, f := range features {
		if !slices.Contains(Features(), f) {
			l.Add(fmt.Sprintf("Features[%d]", i), string(f), problem.OneOf(Features()), "")
		}
	}
	return l.Err()
}

// used are the actions of some features, and closed all others that start something; both sorted.
func used(features []Feature) (open, closed []string) {
	closed = slices.Clone(unheld)
	for _, f := range featureActions {
		if f.feature == Training || slices.Contains(features, f.feature) {
			open = append(open, f.actions...)
		} else {
			closed = append(closed, f.actions...)
		}
	}
	closed = slices.DeleteFunc(closed, func(a string) bool { return slices.Contains(open, a) })
	slices.Sort(open)
	slices.Sort(closed)
	return slices.Compact(open), slices.Compact(closed)
}

// with are those of the actions whose requests have a condition key.
func with(actions []string, key string) []string {
	var all []string
	for _, a := range catalog.SageMakerActions() {
		if a.Has(key) && slices.Contains(actions, a.Name) {
			all = append(all, a.Name)
		}
	}
	return all
}
