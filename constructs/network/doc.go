// Package network makes the network that training jobs run in: a VPC from which nothing reaches the internet, and in
// which everything a job needs is reached by VPC endpoints whose policies let nothing out of the account.
//
//	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: dev})
//	// net.Vpc, net.JobSecurityGroup: for whatever else runs there
//
// There is no internet gateway, no NAT gateway and no public address. Jobs may speak to the endpoints and to S3, and to
// nothing else. Flow logs of all traffic are kept, encrypted, for the environment's retention.
//
// What it costs: each interface endpoint is billed by the hour and zone; the S3 gateway is free. The key of the logs
// costs 1 USD a month.
package network
