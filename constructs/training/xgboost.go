package training

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/problem"
)

// xgboostVersions are those of the built-in XGBoost that are tags of its images
// (https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/ecr-us-east-1.html,
// https://github.com/aws/sagemaker-python-sdk/blob/master/sagemaker-core/src/sagemaker/core/image_uri_config/xgboost.json). Older ones have
// tags of another form.
var xgboostVersions = []string{"1.2-1", "1.2-2", "1.3-1", "1.5-1", "1.7-1", "3.0-5", "3.2-0"}

// What it measures, of each channel: of which more is better, and of which less is
// (https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html,
// https://github.com/aws/sagemaker-xgboost-container/blob/master/src/sagemaker_xgboost_container/constants/xgb_constants.py).
var (
	xgboostMaximized = []string{
		"accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "map", "ndcg", "precision", "precision_macro",
		"precision_micro", "r2", "recall", "recall_macro", "recall_micro",
	}
	xgboostMinimized = []string{
		"aft-nloglik", "cox-nloglik", "error", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy", "logloss", "mae", "mape", "merror",
		"mlogloss", "mphe", "mse", "poisson-nloglik", "rmse", "rmsle", "tweedie-nloglik",
	}
	xgboostMetrics = slices.Concat(xgboostMaximized, xgboostMinimized)
)

// Hyperparameters of the built-in XGBoost that a search takes: those that are whole numbers, and those that are any. AWS's page has one
// that its container does not take for whole
// (https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html,
// https://github.com/aws/sagemaker-xgboost-container/blob/master/src/sagemaker_xgboost_container/algorithm_mode/hyperparameter_validation.py).
var (
	xgboostWhole   = []string{"max_delta_step", "max_depth", "num_round"}
	xgboostNumbers = []string{
		"alpha", "colsample_bylevel", "colsample_bynode", "colsample_bytree", "eta", "gamma", "lambda", "max_delta_step", "min_child_weight", "subsample",
	}
	xgboostSearched = slices.Compact(slices.Sorted(slices.Values(slices.Concat(xgboostWhole, xgboostNumbers))))
)

// validateXGBoost refuses a search that the built-in XGBoost can't be part of. SageMaker holds a search against what it
// knows of the algorithm, with Code too (https://github.com/aws/sagemaker-python-sdk/issues/2226).
func (s *Search) validateXGBoost(j Job) error {
	var l problem.List
	channel, metric, _ := strings.Cut(s.Objective, ":")
	switch less := slices.Contains(xgboostMinimized, metric); {
	case !xgboostHas(s.Objective): // which is told already
	case channel != xgboostValidation:
		l.Add("Search.Objective", s.Objective, xgboostValidation+":"+metric, "a search of the built-in XGBoost goes by what it measures of "+xgboostValidation)
	case less != s.Minimize:
		l.Add("Search.Minimize", s.Minimize, fmt.Sprintf("%t with %s", less, s.Objective), "SageMaker knows which values of it are better")
	}
	for i, p := range j.Parameters {
		switch {
		case p.allowed != nil || !slices.Contains(xgboostSearched, p.name):
			l.Add(fmt.Sprintf("Job.Parameters[%d]", i), p.name, "in a search one of "+strings.Join(xgboostSearched, ", "),
				"SageMaker searches no other of the built-in XGBoost: give it in HyperParameters")
		case p.whole && !slices.Contains(xgboostWhole, p.name):
			l.Add(fmt.Sprintf("Job.Parameters[%d]", i), problem.Phrase(p.String()), "a training.Number", "the built-in XGBoost takes any number for it")
		case !p.whole && !slices.Contains(xgboostNumbers, p.name):
			l.Add(fmt.Sprintf("Job.Parameters[%d]", i), problem.Phrase(p.String()), "a training.Integer", "the built-in XGBoost takes whole numbers for it")
		}
	}
	return l.Err()
}

// Channels that it measures.
const (
	xgboostTrain      = "train"
	xgboostValidation = "validation"
)

// xgboostHas tells whether the built-in XGBoost measures something of that name.
func xgboostHas(name string) bool {
	channel, metric, _ := strings.Cut(name, ":")
	return (channel == xgboostTrain || channel == xgboostValidation) && slices.Contains(xgboostMetrics, metric)
}

// measures tells whether the built-in XGBoost has data for a metric: a channel, or parts of the training data that it sets aside.
func (j Job) measures(name string) bool {
	_, folds := j.HyperParameters["_kfold"]
	return strings.HasPrefix(name, xgboostTrain+":") || folds ||
		slices.ContainsFunc(j.Inputs, func(in Input) bool { return in.Channel == xgboostValidation })
}
