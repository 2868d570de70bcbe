package training

import (
	"fmt"

	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
)

// maxWords is how many texts SageMaker takes for an entry point, and for arguments
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AlgorithmSpecification.html,
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AppSpecification.html).
const maxWords = 100

// validateWords checks an entry point or arguments.
func validateWords(field string, words []string) error {
	var l problem.List
	if len(words) > maxWords {
		l.Add(field, len(words), fmt.Sprintf("at most %d texts", maxWords), "")
	}
	for i, word := range words {
		model.Command.Check(&l, fmt.Sprintf("%s[%d]", field, i), word)
	}
	return l.Err()
}

// validateProgram refuses an entry point that starts with nothing.
func validateProgram(field string, words []string) error {
	if len(words) == 0 || words[0] != "" {
		return nil
	}
	return problem.Problem{Field: field + "[0]", Got: "", Allowed: "a program", Fix: "no container starts without one"}
}

// putWords gives a container its entry point and arguments, where there are any.
func putWords(container map[string]any, entryPoint, arguments []string) {
	if len(entryPoint) > 0 {
		container["ContainerEntrypoint"] = entryPoint
	}
	if len(arguments) > 0 {
		container["ContainerArguments"] = arguments
	}
}
