package access

import (
	"slices"
	"strconv"

	"github.com/plinth-ml/plinth/internal/policy"
)

// rule is one thing that requests are held to, by one condition key.
type rule struct {
	key string
	// says is what the rule demands, for the documentation.
	says string
	// optional are actions whose requests may leave it out: what they change then stays as it is, or comes from what was
	// checked before.
	optional []string
	// statements deny what breaks the rule: must are the actions that have to say it, all are those that can.
	statements func(g guard, must, all []string) []policy.Statement
}

// What updates leave out they leave as it is; an endpoint's model and a user's domain were held to the network before.
var (
	updates  = []string{"UpdateCluster", "UpdateDomain", "UpdateNotebookInstance", "UpdateSpace", "UpdateTrainingJob", "UpdateUserProfile"}
	profiles = append([]string{"CreateUserProfile", "CreateEndpointConfig"}, updates...)
	// Apps and spaces have types of their own defaults.
	untyped = append([]string{"CreateApp", "CreateSpace", "CreateDomain", "CreateUserProfile"}, updates...)
)

// jobs are what may install packages when it starts.
var jobs = []string{"CreateHyperParameterTuningJob", "CreateProcessingJob", "CreateTrainingJob"}

// rules are all of them, in the order of the documentation. An empty value of a condition in a deny that ends in IfExists, or
// that negates, denies the absent key too.
var rules = []rule{
	{key: "sagemaker:VpcSubnets", says: "the network's subnets", optional: append([]string{"CreateEndpointConfig"}, updates...),
		statements: func(g guard, must, all []string) []policy.Statement {
			return listed("Subnets", "sagemaker:VpcSubnets", g.subnets, must, all)
		}},
	{key: "sagemaker:VpcSecurityGroupIds", says: "the network's security group for jobs", optional: profiles,
		statements: func(g guard, must, all []string) []policy.Statement {
			return listed("Groups", "sagemaker:VpcSecurityGroupIds", g.groups, must, all)
		}},
	{key: "sagemaker:NetworkIsolation", says: "true", optional: []string{"CreateEndpointConfig"},
		statements: func(g guard, must, all []string) []policy.Statement {
			if g.runtimeInstalls {
				must, all = without(must, jobs), without(all, jobs)
			}
			return append(deny("Isolation", must, policy.Conditions{"BoolIfExists": {"sagemaker:NetworkIsolation": "false"}}),
				deny("IsolationIfSaid", without(all, must), policy.Conditions{"Bool": {"sagemaker:NetworkIsolation": "false"}})...)
		}},
	{key: "sagemaker:InterContainerTrafficEncryption", says: "true",
		statements: func(_ guard, must, _ []string) []policy.Statement {
			return deny("Traffic", must, policy.Conditions{"BoolIfExists": {"sagemaker:InterContainerTrafficEncryption": "false"}})
		}},
	{key: "sagemaker:VolumeKmsKeyArn", says: "one of the keys; left out where every type has a local disk, which the hardware encrypts", statements: volumeKeys},
	{key: "sagemaker:OutputKmsKeyArn", says: "one of the keys",
		statements: func(g guard, must, all []string) []policy.Statement {
			return append(deny("OutputKeyMissing", must, policy.Conditions{"Null": {"sagemaker:OutputKmsKey": "true", "sagemaker:OutputKmsKeyArn": "true"}}),
				otherKeys("OutputKey", "sagemaker:OutputKmsKey", g.keys, all)...)
		}},
	{key: "sagemaker:InstanceTypes", says: "types that the environment allows", optional: untyped,
		statements: func(g guard, must, all []string) []policy.Statement {
			types := g.types
			if slices.Contains(all, "CreateApp") {
				types = append(slices.Clone(types), "system") // which costs nothing: Studio's own server
			}
			return listed("Types", "sagemaker:InstanceTypes", types, must, all)
		}},
	{key: "sagemaker:MaxRuntimeInSeconds", says: "at most the environment's runtime",
		statements: func(g guard, must, _ []string) []policy.Statement {
			return deny("Runtime", must, policy.Conditions{"NumericGreaterThanIfExists": {"sagemaker:MaxRuntimeInSeconds": strconv.Itoa(g.runtimeSeconds)}})
		}},
	{key: "sagemaker:KeepAlivePeriod", says: "at most the guard's KeepAlive; no warm pool without",
		statements: func(g guard, _, all []string) []policy.Statement {
			return deny("WarmPools", all, policy.Conditions{"NumericGreaterThan": {"sagemaker:KeepAlivePeriod": strconv.Itoa(g.keepAliveSeconds)}})
		}},
	{key: "sagemaker:EnableRemoteDebug", says: "not true",
		statements: func(_ guard, _, all []string) []policy.Statement {
			return deny("RemoteDebug", all, policy.Conditions{"Bool": {"sagemaker:EnableRemoteDebug": "true"}})
		}},
	{key: "sagemaker:DirectInternetAccess", says: "Disabled", statements: text("Internet", "sagemaker:DirectInternetAccess", "Disabled", "Enabled")},
	{key: "sagemaker:RootAccess", says: "Disabled", optional: updates, statements: text("Root", "sagemaker:RootAccess", "Disabled", "Enabled")},
	{key: "sagemaker:MinimumInstanceMetadataServiceVersion", says: "2", optional: updates,
		statements: text("Metadata", "sagemaker:MinimumInstanceMetadataServiceVersion", "2", "1")},
	{key: "sagemaker:AppNetworkAccessType", says: "VpcOnly", optional: updates,
		statements: text("AppNetwork", "sagemaker:AppNetworkAccessType", "VpcOnly", "PublicInternetOnly")},
	{key: "sagemaker:RemoteAccess", says: "not ENABLED", optional: append([]string{"CreateSpace"}, updates...),
		statements: text("RemoteAccess", "sagemaker:RemoteAccess", "DISABLED", "ENABLED")},
	{key: "aws:RequestTag", says: "the environment's tag, and the caller's own team", statements: tags},
}

// deny is a statement on actions of SageMaker; none where there are no actions.
func deny(sid string, actions []string, conditions policy.Conditions) []policy.Statement {
	if len(actions) == 0 {
		return nil
	}
	s := policy.Statement{Sid: sid, Effect: policy.Deny, Resources: []string{"*"}, Conditions: conditions}
	for _, a := range actions {
		s.Actions = append(s.Actions, "sagemaker:"+a)
	}
	return []policy.Statement{s}
}

// listed holds a key of several values to a list: it has to be there, and each of its values in the list. An empty list holds
// it to nothing but being there.
func listed(sid, key string, allowed, must, all []string) []policy.Statement {
	s := deny(sid+"Missing", must, policy.Conditions{"Null": {key: "true"}})
	if len(allowed) > 0 {
		s = append(s, deny(sid, all, policy.Conditions{"ForAnyValue:StringNotEquals": {key: allowed}})...)
	}
	return s
}

// text holds a key of one value: who has to say it says right, and nobody says wrong.
func text(sid, key, right, wrong string) func(guard, []string, []string) []policy.Statement {
	return func(_ guard, must, all []string) []policy.Statement {
		return append(deny(sid, must, policy.Conditions{"StringNotEquals": {key: right}}),
			deny(sid+"IfSaid", without(all, must), policy.Conditions{"StringEquals": {key: wrong}})...)
	}
}

// volumeKeys demands the key of the volumes where any of the types has one. AWS renamed the condition key in 2026 and does not
// say whether both names are filled in: it is missing only where both are, and wrong under either.
func volumeKeys(g guard, must, all []string) []policy.Statement {
	missing := policy.Conditions{"Null": {"sagemaker:VolumeKmsKey": "true", "sagemaker:VolumeKmsKeyArn": "true"}}
	typed := with(must, "sagemaker:InstanceTypes")
	s := deny("VolumeKeyMissing", without(must, typed), missing)
	onEBS := policy.Conditions{"Null": missing["Null"]}
	if len(g.local) > 0 {
		onEBS["ForAnyValue:StringNotEquals"] = map[string]any{"sagemaker:InstanceTypes": g.local}
	}
	s = append(s, deny("VolumeKeyMissingOnEBS", typed, onEBS)...)
	return append(s, otherKeys("VolumeKey", "sagemaker:VolumeKmsKey", g.keys, all)...)
}

// otherKeys denies keys that are not the guard's, under the old name and the new.
func otherKeys(sid, name string, keys, actions []string) []policy.Statement {
	other := func(key string) policy.Conditions {
		return policy.Conditions{"Null": {key: "false"}, "StringNotLike": {key: keys}}
	}
	return append(deny(sid+"OldName", actions, other(name)), deny(sid, actions, other(name+"Arn"))...)
}

// tags demands the tags that tell environments and teams apart.
func tags(g guard, must, _ []string) []policy.Statement {
	var s []policy.Statement
	if g.environment != "" {
		s = append(s, deny("EnvironmentTag", must, policy.Conditions{"StringNotEquals": {"aws:RequestTag/Environment": g.environment}})...)
	}
	if g.teams {
		s = append(s, deny("TeamTag", must, policy.Conditions{"StringNotEquals": {"aws:RequestTag/Team": "${aws:PrincipalTag/Team}"}})...)
	}
	return s
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(a string) bool { return slices.Contains(some, a) })
}
