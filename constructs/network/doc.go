// Package network makes the network that training jobs run in: a VPC from which nothing reaches the internet, and in
// which everything that its capabilities name is reached by VPC endpoints whose policies let nothing out of the account.
//
//	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
//		Environment:  dev,
//		Capabilities: []network.Capability{network.Training, network.Packages},
//	})
//	// net.Vpc, net.SubnetIDs, net.JobSecurityGroup: for whatever else runs there
//	fmt.Print(net.Endpoints.Table("us-east-1")) // each endpoint, who asked for it, what it costs
//
// # What is shut
//
// There is no internet gateway, no NAT gateway and no public address. Jobs may speak by 443 to the endpoints, to S3 and
// to on-premises ranges that are named; to each other as far as a job of several instances needs; to nothing else. The
// VPC's default security group is emptied. DNS is a way out too: a firewall resolves the endpoints' names and those that
// are allowed, and no others. Flow logs and DNS queries are kept, encrypted, for the environment's retention.
//
// The endpoints' policies let through the account's own callers, or those of an organization, to the account's own
// resources, for the requests that the capabilities name. Buckets of AWS are named exactly: that of image layers, that of
// package assets, and those opted into. The first two are fetched by URLs that AWS has signed, so that the caller cannot
// be held: such a statement allows reading that one bucket only.
//
// # What else can be reached
//
// A service that no capability needs is reached by AdditionalEndpoints, which names the requests that its endpoint lets through. An
// endpoint that is added to the VPC by the CDK's own means is reached by nobody, and is an error of the synthesis. Rules that are added
// to JobSecurityGroup hold.
//
//	AdditionalEndpoints: []network.AdditionalEndpoint{
//		{Service: "glue", Actions: []string{"glue:GetTable"}, Resources: []string{"glue:catalog", "glue:database/*", "glue:table/*"}},
//	},
//
// # What can be brought
//
// An existing VPC, endpoints that exist already, a transit gateway to on-premises ranges, the network of another
// environment: see the fields of [IsolatedProps]. What synthesis cannot see of them is said as a note of the stack.
//
// # What it costs
//
// Each interface endpoint is billed by the hour and zone (7.30 USD a month in us-east-1) and by the GB; the S3 gateway is
// free. In Development endpoints stand in one zone, elsewhere in all. The key of the logs costs 1 USD a month, up to 3
// after two rotations. The DNS firewall and the logs are billed by use; their prices are not in the catalog.
//
// # What it does not do
//
// MWAA's own endpoints (airflow.*) get no policy: AWS shows none but one that allows everything, so that whoever has
// credentials of another account could call that account's Airflow. MWAA's queues are AWS's own and cannot be told from
// others of the name airflow-celery-*: with Airflow, that is a way out for the account's own callers. The endpoints of Remote, ImageBuild
// and FeatureStore are derived from what the services call, not taken from a list of AWS's. A zone of the region that has
// no room for an endpoint service fails at deployment only.
package network
