package network

import "strings"

// service is what differs between the services that an endpoint reaches.
type service struct {
	// gateway is an endpoint that is a route instead of an address: free, and in every zone.
	gateway bool
	// name is the endpoint service; empty: com.amazonaws.REGION. and the service's own.
	name string
	// noPolicy: the sources show only a policy that allows everything, so that there is none to narrow.
	noPolicy bool
	// hosts are the names that it answers to besides those of hostsCSV: data planes that no client of an AWS SDK asks
	// for, and names that only older clients have.
	hosts []string
}

// services is the table of all services
// (https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html).
var services = map[string]service{
	"s3":                             {gateway: true, hosts: []string{"s3-REGION.amazonaws.com", "*.s3-REGION.amazonaws.com"}},
	"ecr.api":                        {},
	"ecr.dkr":                        {hosts: []string{"*.dkr.ecr.REGION.amazonaws.com", "*.dkr.ecr-fips.REGION.amazonaws.com", "*.dkr-ecr.REGION.on.aws", "*.dkr-ecr-fips.REGION.on.aws"}},
	"codeartifact.api":               {},
	"codeartifact.repositories":      {hosts: []string{"*.d.codeartifact.REGION.amazonaws.com", "*.d.codeartifact.REGION.on.aws"}},
	"inspector-scan":                 {},
	"ec2":                            {},
	"eks-auth":                       {},
	"sts":                            {},
	"logs":                           {},
	"monitoring":                     {},
	"kms":                            {},
	"sqs":                            {hosts: []string{"*.queue.amazonaws.com"}},
	"states":                         {},
	"secretsmanager":                 {},
	"ssm":                            {},
	"ssmmessages":                    {hosts: []string{"ssmmessages.REGION.amazonaws.com", "ssmmessages-fips.REGION.amazonaws.com", "ssmmessages.REGION.api.aws"}},
	"sagemaker.api":                  {},
	"sagemaker.runtime":              {},
	"sagemaker.metrics":              {},
	"sagemaker.featurestore-runtime": {},
	"studio":                         {name: "aws.sagemaker.REGION.studio", hosts: []string{"*.studio.REGION.sagemaker.aws"}},
	"airflow.api":                    {noPolicy: true, hosts: []string{"*.airflow.REGION.amazonaws.com"}},
	"airflow.env":                    {noPolicy: true},
	"airflow.ops":                    {noPolicy: true},

	// Those that no capability needs: see [AdditionalEndpoint].
	"athena":            {},
	"bedrock":           {},
	"bedrock-runtime":   {},
	"codebuild":         {},
	"comprehend":        {},
	"elasticfilesystem": {},
	"events":            {},
	"fsx":               {},
	"glue":              {},
	"kinesis-firehose":  {},
	"kinesis-streams":   {},
	"lakeformation":     {},
	"lambda":            {},
	"rds-data":          {},
	"redshift-data":     {},
	"rekognition":       {},
	"scheduler":         {},
	"servicecatalog":    {},
	"sns":               {},
	"tagging":           {},
	"textract":          {},
	"transcribe":        {},
	"translate":         {},
	"xray":              {},
}

// endpointService is the name that a service's endpoint is made for.
func endpointService(name, region string) string {
	if s := services[name].name; s != "" {
		return strings.ReplaceAll(s, "REGION", region)
	}
	if strings.HasPrefix(name, "aws.") || strings.HasPrefix(name, "com.amazonaws.") {
		return strings.ReplaceAll(name, "REGION", region)
	}
	return "com.amazonaws." + region + "." + name
}
