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
	// hosts are the names that it answers to.
	hosts []string
}

// services is the table of all services
// (https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html).
var services = map[string]service{
	"s3":                             {gateway: true, hosts: []string{"s3.REGION.amazonaws.com", "*.s3.REGION.amazonaws.com"}},
	"ecr.api":                        {hosts: []string{"api.ecr.REGION.amazonaws.com"}},
	"ecr.dkr":                        {hosts: []string{"*.dkr.ecr.REGION.amazonaws.com"}},
	"codeartifact.api":               {hosts: []string{"codeartifact.REGION.amazonaws.com"}},
	"codeartifact.repositories":      {hosts: []string{"*.d.codeartifact.REGION.amazonaws.com"}},
	"inspector-scan":                 {hosts: []string{"inspector-scan.REGION.amazonaws.com"}},
	"ec2":                            {hosts: []string{"ec2.REGION.amazonaws.com"}},
	"eks-auth":                       {hosts: []string{"eks-auth.REGION.api.aws"}},
	"sts":                            {hosts: []string{"sts.REGION.amazonaws.com"}},
	"logs":                           {hosts: []string{"logs.REGION.amazonaws.com"}},
	"monitoring":                     {hosts: []string{"monitoring.REGION.amazonaws.com"}},
	"kms":                            {hosts: []string{"kms.REGION.amazonaws.com"}},
	"sqs":                            {hosts: []string{"sqs.REGION.amazonaws.com", "*.queue.amazonaws.com"}},
	"states":                         {hosts: []string{"states.REGION.amazonaws.com"}},
	"secretsmanager":                 {hosts: []string{"secretsmanager.REGION.amazonaws.com"}},
	"ssm":                            {hosts: []string{"ssm.REGION.amazonaws.com"}},
	"ssmmessages":                    {hosts: []string{"ssmmessages.REGION.amazonaws.com"}},
	"sagemaker.api":                  {hosts: []string{"api.sagemaker.REGION.amazonaws.com"}},
	"sagemaker.runtime":              {hosts: []string{"runtime.sagemaker.REGION.amazonaws.com"}},
	"sagemaker.metrics":              {hosts: []string{"metrics.sagemaker.REGION.amazonaws.com"}},
	"sagemaker.featurestore-runtime": {hosts: []string{"featurestore-runtime.sagemaker.REGION.amazonaws.com"}},
	"studio":                         {name: "aws.sagemaker.REGION.studio", hosts: []string{"*.studio.REGION.sagemaker.aws"}},
	"airflow.api":                    {noPolicy: true, hosts: []string{"api.airflow.REGION.amazonaws.com", "*.airflow.REGION.amazonaws.com"}},
	"airflow.env":                    {noPolicy: true, hosts: []string{"env.airflow.REGION.amazonaws.com"}},
	"airflow.ops":                    {noPolicy: true, hosts: []string{"ops.airflow.REGION.amazonaws.com"}},

	// Those that no capability needs: see [AdditionalEndpoint].
	"athena":            {hosts: []string{"athena.REGION.amazonaws.com"}},
	"bedrock":           {hosts: []string{"bedrock.REGION.amazonaws.com"}},
	"bedrock-runtime":   {hosts: []string{"bedrock-runtime.REGION.amazonaws.com"}},
	"codebuild":         {hosts: []string{"codebuild.REGION.amazonaws.com"}},
	"comprehend":        {hosts: []string{"comprehend.REGION.amazonaws.com"}},
	"elasticfilesystem": {hosts: []string{"elasticfilesystem.REGION.amazonaws.com"}},
	"events":            {hosts: []string{"events.REGION.amazonaws.com"}},
	"fsx":               {hosts: []string{"fsx.REGION.amazonaws.com"}},
	"glue":              {hosts: []string{"glue.REGION.amazonaws.com"}},
	"kinesis-firehose":  {hosts: []string{"firehose.REGION.amazonaws.com"}},
	"kinesis-streams":   {hosts: []string{"kinesis.REGION.amazonaws.com"}},
	"lakeformation":     {hosts: []string{"lakeformation.REGION.amazonaws.com"}},
	"lambda":            {hosts: []string{"lambda.REGION.amazonaws.com"}},
	"rds-data":          {hosts: []string{"rds-data.REGION.amazonaws.com"}},
	"redshift-data":     {hosts: []string{"redshift-data.REGION.amazonaws.com"}},
	"rekognition":       {hosts: []string{"rekognition.REGION.amazonaws.com"}},
	"scheduler":         {hosts: []string{"scheduler.REGION.amazonaws.com"}},
	"servicecatalog":    {hosts: []string{"servicecatalog.REGION.amazonaws.com"}},
	"sns":               {hosts: []string{"sns.REGION.amazonaws.com"}},
	"tagging":           {hosts: []string{"tagging.REGION.amazonaws.com"}},
	"textract":          {hosts: []string{"textract.REGION.amazonaws.com"}},
	"transcribe":        {hosts: []string{"transcribe.REGION.amazonaws.com"}},
	"translate":         {hosts: []string{"translate.REGION.amazonaws.com"}},
	"xray":              {hosts: []string{"xray.REGION.amazonaws.com"}},
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
