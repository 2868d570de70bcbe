// Package access makes the roles by which training gets at data, each with exactly the permissions that it needs.
//
//	role := access.NewTrainingRole(stack, "Role", &access.TrainingRoleProps{
//		Network: net,
//		Reads:   []storage.Prefix{data.Prefix("train/")},
//		Writes:  []storage.Prefix{models.Prefix("churn/")},
//	})
//
// No AWS-managed policy is attached; every statement names its resources, and where AWS offers nothing narrower than
// "*" the code says so beside it.
package access
