package training

import (
	"slices"
	"strings"
)

// xgboostVersions are those of the built-in XGBoost that are tags of its images
// (https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/ecr-us-east-1.html,
// https://github.com/aws/sagemaker-python-sdk/blob/master/sagemaker-core/src/sagemaker/core/image_uri_config/xgboost.json). Older ones have
// tags of another form.
var xgboostVersions = []string{"1.2-1", "1.2-2", "1.3-1", "1.5-1", "1.7-1", "3.0-5", "3.2-0"}

// xgboostMetrics are what it measures, of each channel
// (https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html,
// https://github.com/aws/sagemaker-xgboost-container/blob/master/src/sagemaker_xgboost_container/constants/xgb_constants.py).
var xgboostMetrics = []string{
	"accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "map", "ndcg", "precision", "precision_macro",
	"precision_micro", "r2", "recall", "recall_macro", "recall_micro",
	"aft-nloglik", "cox-nloglik", "error", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy", "logloss", "mae", "mape", "merror",
	"mlogloss", "mphe", "mse", "poisson-nloglik", "rmse", "rmsle", "tweedie-nloglik",
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
