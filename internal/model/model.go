// Package model is what AWS's services take as texts and numbers, as their own models say. It is pure Go.
package model

import (
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Text is what a service takes as a text. A test holds the table against AWS's models.
type Text struct {
	// Of is the service and operation or the type of CloudFormation's, and the path of the member in it.
	Of string
	// Min and Max are how many characters.
	Min, Max int
	// Pattern is what all of it has to match.
	Pattern *regexp.Regexp
	// Noun is what it is called in messages, and Characters says in words what the pattern lets through.
	Noun, Characters string
}

// Number is what a service takes as a number.
type Number struct {
	Of       string
	Min, Max int
}

// oneLine is what Java's dot matches, again and again: SageMaker's models say no more of most texts.
var oneLine = regexp.MustCompile(`^[^\n\r\x{85}\x{2028}\x{2029}]*$`)

var modelMetadata = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// anything is what services say no more of than a length.
var anything = regexp.MustCompile(``)

var variableName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// What characters are, in words.
const (
	onOneLine   = "on one line"
	ofMetadata  = "that are letters, digits, spaces and _ . : / = + - @"
	ofAnyKind   = "of any kind"
	ofVariables = "that are letters, digits and underscores, no digit first"
)

// Texts that AWS takes.
var (
	HyperParameterName  = Text{"sagemaker CreateTrainingJob HyperParameters{key}", 0, 256, oneLine, "a name", onOneLine}
	HyperParameterValue = Text{"sagemaker CreateTrainingJob HyperParameters{}", 0, 2500, oneLine, "a value", onOneLine}
	ContentType         = Text{"sagemaker CreateTrainingJob InputDataConfig[].ContentType", 0, 256, oneLine, "a MIME type", onOneLine}
	TrainingImage       = Text{"sagemaker CreateTrainingJob AlgorithmSpecification.TrainingImage", 0, 255, oneLine, "a URI", onOneLine}
	S3URI               = Text{"sagemaker CreateTrainingJob OutputDataConfig.S3OutputPath", 0, 1024, oneLine, "a URI", onOneLine}
	MetricName          = Text{"sagemaker CreateTrainingJob AlgorithmSpecification.MetricDefinitions[].Name", 1, 255, oneLine, "a name", onOneLine}
	MetricRegex         = Text{"sagemaker CreateTrainingJob AlgorithmSpecification.MetricDefinitions[].Regex", 1, 500, oneLine, "a regular expression", onOneLine}
	Command             = Text{"sagemaker CreateProcessingJob AppSpecification.ContainerEntrypoint[]", 0, 256, oneLine, "a text", onOneLine}
	ModelContentType    = Text{"sagemaker CreateModelPackage InferenceSpecification.SupportedContentTypes[]", 0, 256, oneLine, "a MIME type", onOneLine}
	ModelResponseType   = Text{"sagemaker CreateModelPackage InferenceSpecification.SupportedResponseMIMETypes[]", 0, 1024,
		regexp.MustCompile(`^[-\w]+/[^\n\r\x{85}\x{2028}\x{2029}]+$`), "a MIME type", "such as text/csv, on one line"}
	AttributeName          = Text{"sagemaker CreateTrainingJob InputDataConfig[].DataSource.S3DataSource.AttributeNames[]", 1, 256, oneLine, "a name", onOneLine}
	InstanceGroupName      = Text{"sagemaker CreateTrainingJob ResourceConfig.InstanceGroups[].InstanceGroupName", 1, 64, oneLine, "a name", onOneLine}
	VariableName           = Text{"sagemaker CreateTrainingJob Environment{key}", 0, 512, variableName, "a name", ofVariables}
	ProcessingVariableName = Text{"sagemaker CreateProcessingJob Environment{key}", 0, 256, variableName, "a name", ofVariables}
	ModelMetadataName      = Text{"sagemaker CreateModelPackage CustomerMetadataProperties{key}", 1, 128, modelMetadata, "a name", ofMetadata}
	ModelMetadataValue     = Text{"sagemaker CreateModelPackage CustomerMetadataProperties{}", 1, 256, modelMetadata, "a value", ofMetadata}
	SearchedText           = Text{"sagemaker CreateHyperParameterTuningJob HyperParameterTuningJobConfig.ParameterRanges.CategoricalParameterRanges[].Values[]", 0, 256, oneLine, "a text", onOneLine}
	SearchedBound          = Text{"sagemaker CreateHyperParameterTuningJob HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges[].MinValue", 0, 256, oneLine, "a bound", onOneLine}
	PipelineValue          = Text{"sagemaker StartPipelineExecution PipelineParameters[].Value", 0, 1024, anything, "a text", ofAnyKind}
	InputTemplate          = Text{"AWS::Events::Rule Targets[].InputTransformer.InputTemplate", 1, 8192, anything, "a template", ofAnyKind}
	RoleDescription        = Text{"AWS::IAM::Role Description", 0, 1000, regexp.MustCompile(`^[\t\n\r\x{20}-\x{7e}\x{a1}-\x{ff}]*$`),
		"a text", "of ASCII and Latin-1"}
)

// Numbers that AWS takes.
var (
	// VolumeGB is that of processing jobs: the model of training jobs knows no most, and the volume is of the same
	// kind.
	VolumeGB            = Number{"sagemaker CreateProcessingJob ProcessingResources.ClusterConfig.VolumeSizeInGB", 1, 16384}
	ProcessingInstances = Number{"sagemaker CreateProcessingJob ProcessingResources.ClusterConfig.InstanceCount", 1, 100}
	KeepAliveSeconds    = Number{"sagemaker CreateTrainingJob ResourceConfig.KeepAlivePeriodInSeconds", 0, 21600}
	FSxCapacityGB       = Number{"AWS::FSx::FileSystem StorageCapacity", 32, 65536}
	// SearchedTexts and SearchedParameters are how many a search takes of a parameter and in all.
	SearchedTexts      = Number{"sagemaker CreateHyperParameterTuningJob HyperParameterTuningJobConfig.ParameterRanges.CategoricalParameterRanges[].Values", 1, 30}
	SearchedParameters = Number{"sagemaker CreateHyperParameterTuningJob HyperParameterTuningJobConfig.ParameterRanges.IntegerParameterRanges", 0, 30}
	// Variables and SearchedVariables are how many a training job has, and one of a search.
	Variables         = Number{"sagemaker CreateTrainingJob Environment", 0, 100}
	SearchedVariables = Number{"sagemaker CreateHyperParameterTuningJob TrainingJobDefinition.Environment", 0, 48}
)

// All are both tables, for a test.
func All() ([]Text, []Number) {
	return []Text{
		HyperParameterName, HyperParameterValue, ContentType, TrainingImage, S3URI, MetricName, MetricRegex, Command, ModelContentType, ModelResponseType, AttributeName, InstanceGroupName,
		VariableName, ProcessingVariableName, SearchedText, SearchedBound, PipelineValue, InputTemplate,
		ModelMetadataName, ModelMetadataValue, RoleDescription,
	}, []Number{VolumeGB, ProcessingInstances, KeepAliveSeconds, FSxCapacityGB, SearchedTexts, SearchedParameters, Variables, SearchedVariables}
}

// Check adds what is wrong with a value of a field, of which a token may be a part.
func (t Text) Check(l *problem.List, field, value string) {
	if token.Is(value) {
		return
	}
	switch n := utf8.RuneCountInString(value); {
	case n > t.Max || n < t.Min:
		l.Add(field, problem.Phrase(fmt.Sprintf("%d characters", n)), t.allowed(), "")
	case !t.Pattern.MatchString(value):
		l.Add(field, value, t.allowed(), "")
	}
}

func (t Text) allowed() string {
	if t.Min == 0 {
		return fmt.Sprintf("%s of at most %d characters %s", t.Noun, t.Max, t.Characters)
	}
	return fmt.Sprintf("%s of %d to %d characters %s", t.Noun, t.Min, t.Max, t.Characters)
}
