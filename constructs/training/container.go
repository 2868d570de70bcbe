package training

import (
	"fmt"
	"regexp"

	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// maxWords is how many texts SageMaker takes for an entry point, and for arguments
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AlgorithmSpecification.html,
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AppSpecification.html).
const maxWords = 100

var wordPattern = regexp.MustCompile(`^.{0,256}$`)

// validateWords checks an entry point or arguments.
func validateWords(field string, words []string) error {
	var l problem.List
	if len(words) > maxWords {
		l.Add(field, len(words), fmt.Sprintf("at most %d texts", maxWords), "")
	}
	for i, word := range words {
		if !token.Is(word) && !wordPattern.MatchString(word) {
			l.Add(fmt.Sprintf("%s[%d]", field, i), word, "at most 256 characters, without line breaks", "")
		}
	}
	return l.Err()
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
