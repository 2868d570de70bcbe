// Package access makes the roles by which training gets at data, each with exactly the permissions that it needs, and the
// guard that no job gets around.
//
//	guard := access.NewGuard(stack, "Guard", &access.GuardProps{Environment: dev, Network: net})
//	role := access.NewExecutionRole(stack, "Role", &access.ExecutionRoleProps{
//		Network: net,
//		Reads:   []storage.Prefix{data.Prefix("train/")},
//		Writes:  []storage.Prefix{models.Prefix("churn/")},
//	})
//	access.NewLauncher(stack, "Launcher", &access.LauncherProps{
//		Environment: dev, Guard: guard, ExecutionRoles: []awsiam.IRole{role.Role},
//		TrustedBy: []access.WayIn{access.IdentityCenter("DataScientist"), access.GitHub("acme/churn", "training")},
//	})
//	guard.Protect(stack) // every role in it
//
// # The guard
//
// A [Guard] denies requests to SageMaker that are not isolated, encrypted, bounded and of an allowed size; docs/guard.md lists
// what each action is held to. It is made from AWS's table of condition keys, so that no action is held to a key that it does
// not have, and what has no keys is denied. The same rules come in three forms: identity policies, attached to who starts jobs;
// a permissions boundary, put on every role by [Guard.Protect]; and service control policies for the organization ([SCP]).
// Whatever Plinth renders for a guard is held against it at synth ([Guard.ValidateRequest]), so that a job of another
// environment, or with other keys, types or limits, is no surprise when it starts; and once more against a guard that
// protects the role, whichever came first.
//
// # Roles
//
// [NewExecutionRole] for jobs, [NewPipelineRole] for SageMaker pipelines, [NewAirflowRole] for the DAGs of MWAA; for people and CI
// [NewLauncher], who starts jobs, [NewOperator], who looks after them, and [NewBreakGlass], who repairs data in an emergency.
// Sessions of people last an hour. With Teams, jobs carry their caller's tag Team, and a launcher touches its own team's only:
// jobs, logs and prefixes. Names of jobs and log streams can be listed across teams: AWS offers nothing narrower.
//
// Names keep environments and teams apart: dev--NAME, and dev---red--NAME of a team. Workflows name their jobs so; who starts one by
// hand has to. No part of a name holds two hyphens in a row. Roles whose names are fixed have their region at the end, since roles are
// those of the whole account.
//
// A launcher that comes from outside the network, as a workflow of GitHub does, gets at a bucket with Endpoints only if the bucket names its
// role. Give it a Name, and the bucket its ARN, which is known before the role is there:
//
//	data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{
//		Environment: dev, Endpoints: net.S3Endpoints(), OutsideRoles: []string{access.LauncherRole(stack, dev, "", "github")},
//	})
//	access.NewLauncher(stack, "GitHub", &access.LauncherProps{
//		Environment: dev, Name: "github", Guard: guard, TrustedBy: []access.WayIn{access.GitHub("acme/churn", "training")},
//		Data: []storage.Grant{data.Prefix("code/").GrantReadWrite()},
//	})
//
// No AWS-managed policy is attached; every statement names its resources, and where AWS offers nothing narrower than
// "*" the code says so beside it.
//
// # What it does not do
//
// Policies cost nothing. Not held, since their requests do not say it: spot, S3 addresses, images, what a pipeline's jobs are
// until its role starts them. AWS renamed two condition keys in 2026; the guard holds under either name, which was simulated and
// not tried against a live account.
package access
