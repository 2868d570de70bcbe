// Package hyperpod makes SageMaker HyperPod clusters, with Slurm or as nodes of an EKS cluster that stands already: machines that stay,
// heal themselves, and stand in an isolated network.
//
//	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
//		Environment: prod, Capabilities: []network.Capability{network.Training, network.HyperPod},
//	})
//	hyperpod.NewCluster(stack, "Research", &hyperpod.ClusterProps{
//		Environment: prod, Network: net,
//		Groups: []hyperpod.Group{{Name: "train", InstanceType: "ml.g5.12xlarge", Instances: 4}},
//		Lustre: lustre, Reads: []storage.Prefix{data.Prefix("corpus/")},
//	})
//
// Each [Group] is a Slurm partition. A controller is made besides, and a login machine where LoginType asks for one. A machine that
// fails is replaced; its volumes are encrypted by the cluster's own key; all of them stand in one subnet and one security group, whose
// members speak freely to each other, to the endpoints and to S3, and to nobody else. A life-cycle script turns off what would wait for
// the internet, and fetches nothing.
//
// With [EKS] the groups are nodes of that cluster, with their labels and taints; no controller is made, the script moves the data of
// containerd and the kubelet to the second volume, and pods have roles by EKS Pod Identity. The network has the capability HyperPodEKS.
//
// Take it where jobs run for days on the same machines, or people need a queue and a shell on them. A workflow of package training costs
// nothing between its runs, holds each of them to a ceiling, and isolates their containers: a cluster does none of that.
//
// # What it costs
//
// Its machines, all the time: [ClusterProps.PricePerMonth], which is held to the environment's Limits.MonthlyBudget, a type without a
// known price counting nothing. Lustre, volumes and endpoints come besides.
//
// # What it does not do
//
// Whoever is on a machine has the role of all of them. The guard holds who makes or changes a cluster by hand, not what runs on it: there
// are no condition keys for that. Quotas are asked for by hand ([Cluster].Quotas). An EKS cluster is neither made nor prepared: HyperPod's
// chart is not CloudFormation's to install, and its images have to be mirrored before; until [EKS].Prepared it is an error. AWS lists no
// endpoints for clusters without internet: what is planned here is derived and not tried, as is a script bucket whose name does not start
// with sagemaker-. See docs/hyperpod.md.
package hyperpod
